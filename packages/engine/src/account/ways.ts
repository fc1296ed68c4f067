/** Changing the ways into the account. Each change goes to the node together with the vault that lists it (vault.ts). */
import { createVaultKey, vaultWayOf, wayEntryOf, wayKeys } from "@baraza/crypto";
import type { Bytes, VaultWay, WayKind } from "@baraza/protocol";
import { equalBytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { swapVault } from "./vault.ts";

/**
 * Adds a way by its secret; `replaces` names those whose place it takes. Passphrases and passkeys have their own commands,
 * since the node keeps more of them. `device` marks a device's own way, which nobody signs in with.
 * @returns the way's id
 */
export async function addWay(
  core: Core,
  args: {
    way: WayKind;
    secret: Bytes;
    label?: string | undefined;
    replaces?: readonly Bytes[] | undefined;
    device?: Bytes | undefined;
  },
): Promise<Bytes> {
  const added = vaultWayOf(await wayKeys(args.way, args.secret), {
    created: core.platform.clock.now(),
    label: args.label,
    device: args.device,
  });
  if (args.device === undefined) await putWay(core, added, args.replaces);
  else await swapVault(core, { ways: (ways) => [...ways, added] });
  return added.id;
}

/** Puts a way that is made already. */
export async function putWay(
  core: Core,
  added: VaultWay,
  replaces: readonly Bytes[] = [],
): Promise<void> {
  await swapVault(core, {
    ways: (ways) => [...ways.filter(({ id }) => !has(replaces, id)), added],
    send: (vault, version) =>
      core.own.call("ways.put", {
        way: wayEntryOf(added),
        ...(replaces.length === 0 ? {} : { replaces: [...replaces] }),
        vault,
        version,
      }),
  });
}

/**
 * Takes a way away. @throws EngineError `last_way` when no other is left by which somebody without a device could sign in
 * and open the vault.
 */
export async function removeWay(core: Core, wayId: Bytes): Promise<void> {
  await swapVault(core, {
    ways: (ways) => {
      const left = ways.filter(({ id }) => !equalBytes(id, wayId));
      if (!isWhole(left)) throw new EngineError("last_way");
      return left;
    },
    send: (vault, version) => core.own.call("ways.remove", { id: wayId, vault, version }),
  });
}

/**
 * A new random vault key, sealed to all ways without the person being there. `without` leaves some out: what they
 * opened stays open to them in old copies, and nothing newer does.
 */
export async function renewVaultKey(
  core: Core,
  without: (way: VaultWay) => boolean = () => false,
): Promise<void> {
  await swapVault(core, {
    vaultKey: createVaultKey(),
    ways: (ways) => {
      const left = ways.filter((way) => !without(way));
      if (!isWhole(left)) throw new EngineError("last_way");
      return left;
    },
  });
}

/** True when somebody who has no device any more can sign in by one of the ways and open the vault by one. */
export function isWhole(ways: readonly VaultWay[]): boolean {
  const lasting = ways.filter((way) => way.device === undefined);
  return lasting.some((way) => way.publicKey !== undefined);
}

function has(ids: readonly Bytes[], id: Bytes): boolean {
  return ids.some((one) => equalBytes(one, id));
}

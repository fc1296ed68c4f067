/** Changing ways: the passphrase and what is mixed into it, names, and taking one away. */
import {
  createVaultSecret,
  isPassphrase,
  passphraseSecret,
  vaultWayOf,
  wayEntryOf,
  wayKeys,
} from "@baraza/crypto";
import { wordsOf } from "@baraza/crypto/words";
import type { Bytes, VaultWay } from "@baraza/protocol";
import { equalBytes, fromHex, LIMITS, ProtocolError } from "@baraza/protocol";
import { opaque } from "../account/session.ts";
import { swapVault } from "../account/vault.ts";
import { listWays } from "../account/ways-store.ts";
import { removeWay } from "../account/ways.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";

/**
 * Sets the passphrase; nothing is encrypted again but the vault. When another device has set it meanwhile, that one holds:
 * a person who has just chosen one there must not find another.
 */
export async function setPassphrase(
  core: Core,
  { passphrase, code }: { passphrase: string; code: boolean },
): Promise<{ code: string[] | null }> {
  if (passphrase.length < 8) throw new EngineError("too_weak");
  const before = passphraseOf((await listWays(core)).ways);
  const lib = await opaque();
  const started = await lib.startRegistration(passphrase);
  try {
    const { response } = await core.own.call("accounts.passphraseStart", {
      request: started.request,
    });
    const { record, exportKey } = await lib.finishRegistration(passphrase, started.state, response);
    const secret = code ? createVaultSecret() : undefined;
    const kind = code ? "passphrase+secret" : "passphrase";
    const keys = await wayKeys(kind, passphraseSecret(exportKey, secret));
    const made = vaultWayOf(keys, { created: core.platform.clock.now() });
    const way: VaultWay = secret === undefined ? made : { ...made, secret };
    await swapVault(core, {
      ways: (ways) => {
        if (!sameWay(passphraseOf(ways), before)) throw new EngineError("changed_elsewhere");
        return [...ways.filter((one) => !isPassphrase(one.way)), way];
      },
      send: (vault, version) =>
        core.own.call("accounts.passphraseFinish", {
          record,
          way: wayEntryOf(way),
          vault,
          version,
        }),
    });
    return { code: secret === undefined ? null : wordsOf(secret) };
  } catch (error) {
    // Whoever sets a passphrase ends the sessions of the other devices: this one was told too late.
    if (error instanceof ProtocolError && error.code === "unauthenticated")
      throw new EngineError("changed_elsewhere", { cause: error });
    throw error;
  }
}

/** The words that go with the passphrase. */
export async function passphraseCode(core: Core): Promise<string[] | null> {
  const secret = passphraseOf((await listWays(core)).ways)?.secret;
  return secret === undefined ? null : wordsOf(secret);
}

export async function rename(
  core: Core,
  { id, label }: { id: string; label: string },
): Promise<void> {
  const wayId = fromHex(id);
  const name = label.normalize("NFC").trim().slice(0, LIMITS.displayNameLength);
  await swapVault(core, {
    ways: (ways) =>
      ways.map((way) => (equalBytes(way.id, wayId) ? { ...way, label: name || undefined } : way)),
  });
}

export async function remove(core: Core, id: string): Promise<void> {
  await removeWay(core, fromHex(id));
}

function passphraseOf(ways: readonly VaultWay[]): VaultWay | undefined {
  return ways.find((way) => isPassphrase(way.way));
}

function sameWay(a: { id: Bytes } | undefined, b: { id: Bytes } | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a.id, b.id);
}

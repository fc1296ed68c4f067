/**
 * Arriving at a new node with an identity that was elsewhere before: a link's package or an archive brings it. The account
 * is opened with the same identity; its spaces are asked for again, and a signed statement tells everybody where it is now.
 */
import { identityIdOf } from "@baraza/crypto";
import type { Reply, Vault } from "@baraza/protocol";
import {
  accountName,
  check,
  encodeCbor,
  LIMITS,
  movedStatement,
  ProtocolError,
  readAs,
  toBase64url,
  toHex,
  vault as vaultSchema,
} from "@baraza/protocol";
import { keepPlaces } from "../account/places.ts";
import { signUp } from "../account/session.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { keepRecovery } from "../recovery/index.ts";
import type { SqlTx } from "../ports.ts";
import { asLinkError, readMoveFragment } from "./depart.ts";

type Brought = { name: string; node: string; vault: Vault; contacts: readonly Reply[] };

/** What a link or an archive brings, before one decides. */
export type Arrival = {
  name: string;
  node: string;
  displayName: string;
  conversations: number;
};

/** From a link's fragment, or an archive that was opened. */
export type ArrivalSource = { fragment: string } | { importId: string };

/** @throws EngineError `link_invalid`, `link_expired`, `link_mismatch`, `archive_unknown` */
export async function lookAtArrival(core: Core, source: ArrivalSource): Promise<Arrival> {
  const { name, node, vault } = await broughtBy(core, source);
  return {
    name,
    node,
    displayName: vault.profile.name,
    conversations: vault.spaces.length,
  };
}

/**
 * Opens the account here.
 * @throws EngineError `signed_in`, `same_node`, `already_here` (the person has an account at this node), `too_weak`, and as
 * {@link lookAtArrival}; ProtocolError `name_taken`, `invitation_needed`, ...
 */
export async function arrive(
  core: Core,
  args: ArrivalSource & { name: string; passphrase: string; invitation?: string | undefined },
): Promise<void> {
  if (core.signedIn()) throw new EngineError("signed_in");
  if (args.passphrase.length < 8) throw new EngineError("too_weak");
  const name = check(accountName, args.name.trim().toLowerCase());
  const { node } = await core.own.call("accounts.policy", {});
  const brought = await broughtBy(core, args);
  if (brought.node === node) throw new EngineError("same_node");
  const { vault } = brought;
  const identity = { record: vault.identity, privateKey: vault.identityKey };
  const { signMoved } = await import("@baraza/crypto/moving");
  const former = (vault.moves ?? []).map((one) => readAs(movedStatement, one, LIMITS.recordBytes));
  const statement = await signMoved(identity, {
    from: { name: brought.name, node: brought.node },
    to: { name, node },
    seq: Math.max(0, ...former.map((one) => one.seq)) + 1,
    time: core.platform.clock.now(),
  });
  const linked = "fragment" in args ? readMoveFragment(args.fragment).invitation : null;
  const invitation = args.invitation ?? (linked === null ? undefined : toBase64url(linked));
  try {
    await signUp(core, {
      name,
      displayName: vault.profile.name,
      passphrase: args.passphrase,
      invitation,
      brought: {
        identity,
        vault: { ...vault, moves: [...(vault.moves ?? []), statement] },
        also: (tx) => keepBrought(tx, vault, brought.contacts),
      },
    });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "forbidden")
      throw new EngineError("already_here", { cause: error });
    throw error;
  }
}

/** Notes whom to write that one is somewhere else now. */
export function noteContacts(tx: SqlTx, me: string, contacts: readonly Reply[]): void {
  for (const reply of contacts) {
    const id = toHex(reply.identityId);
    if (id !== me)
      tx.run("INSERT OR REPLACE INTO move_contacts VALUES (?, ?)", [id, encodeCbor(reply)]);
  }
}

function keepBrought(tx: SqlTx, vault: Vault, contacts: readonly Reply[]): void {
  keepPlaces(tx, vault.spaces);
  keepRecovery(tx, vault);
  for (const one of vault.nodes)
    tx.run("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, 0)", [
      one.name,
      one.nodeKey,
      new Uint8Array(),
    ]);
  const me = toHex(identityIdOf(vault.identity));
  noteContacts(tx, me, [...vault.spaces.flatMap((space) => space.contacts), ...contacts]);
}

async function broughtBy(core: Core, source: ArrivalSource): Promise<Brought> {
  if ("importId" in source) {
    const { openedAccount } = await import("./archive/read-archive.ts");
    const { name, node, content } = await openedAccount(core, source.importId);
    return { name, node, vault: content, contacts: [] };
  }
  const { secret } = readMoveFragment(source.fragment);
  const { moveDrop, openMovePackage } = await import("@baraza/crypto/moving");
  const { dropId, key } = moveDrop(secret);
  try {
    const { sealed } = await core.own.call("moves.take", { dropId });
    const content = await openMovePackage(key, sealed);
    const vault = readAs(vaultSchema, content.vault, LIMITS.vaultBytes);
    return { name: content.name, node: content.node, vault, contacts: content.contacts };
  } catch (error) {
    throw asLinkError(error);
  }
}

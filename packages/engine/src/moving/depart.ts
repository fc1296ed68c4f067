/**
 * Leaving for another node: everything that the new device needs lies there, sealed under a secret that is in the link
 * alone. The link opens at the new node, as the app of another origin, in this browser or another.
 */
import { CryptoError, randomBytes } from "@baraza/crypto";
import type { Bytes, Reply } from "@baraza/protocol";
import {
  check,
  concat,
  encodeCbor,
  fromBase64url,
  LIMITS,
  nodeName,
  nodeOrigin,
  ProtocolError,
  readAs,
  reply as replySchema,
  toBase64url,
} from "@baraza/protocol";
import { nextVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";

type DepartureRow = {
  to_node: string;
  secret: Bytes;
  sealed: Bytes;
  invitation: Bytes | null;
  expires: number;
};

export type Departure = {
  to: string;
  link: string;
  /** Null while it has not arrived there. */
  expires: number | null;
};

/**
 * Makes the package and brings it to the node; what fails for want of a line is tried again in the background.
 * `to`: the node's name, its address in a browser, or an invitation's link.
 * @throws EngineError `invalid` (no node's name), `link_invalid`, `same_node`; ProtocolError `invitation_needed`, `invitation_invalid`
 */
export async function depart(core: Core, to: string): Promise<Departure> {
  const { node, invitation } = destinationOf(to);
  const me = core.me();
  if (node === me.node) throw new EngineError("same_node");
  const { moveDrop, sealMovePackage } = await import("@baraza/crypto/moving");
  const secret = randomBytes(32);
  const { key } = moveDrop(secret);
  const sealed = await sealMovePackage(key, {
    v: 1,
    name: me.name,
    node: me.node,
    made: core.platform.clock.now(),
    vault: encodeCbor(await nextVault(core)),
    contacts: await contactsOf(core),
  });
  await core.store.run(
    "INSERT OR REPLACE INTO departures (one, to_node, secret, sealed, invitation) VALUES (1, ?, ?, ?, ?)",
    [node, secret, sealed, invitation],
  );
  try {
    await bring(core);
  } catch (error) {
    if (!(error instanceof ProtocolError) || !AWAY.has(error.code)) {
      await core.store.run("DELETE FROM departures");
      throw error;
    }
  }
  const made = await departure(core);
  if (made === null) throw new EngineError("invalid");
  return made;
}

const AWAY: ReadonlySet<string> = new Set([
  "unavailable",
  "target_unreachable",
  "timeout",
  "busy",
  "rate_limited",
]);

/** Brings the package to the new node when it is not there yet. @throws ProtocolError */
export async function bring(core: Core): Promise<void> {
  const row = await core.store.get<DepartureRow>("SELECT * FROM departures WHERE expires = 0");
  if (row === undefined) return;
  const { moveDrop } = await import("@baraza/crypto/moving");
  const { dropId } = moveDrop(row.secret);
  const { expires } = await core.remote.call(row.to_node, "moves.leave", {
    dropId,
    sealed: row.sealed,
    ...(row.invitation === null ? {} : { invitation: row.invitation }),
  });
  await core.store.run("UPDATE departures SET expires = ? WHERE secret = ?", [expires, row.secret]);
}

/** The package that is under way or waits at the new node; null when there is none (any more). */
export async function departure(core: Core): Promise<Departure | null> {
  const row = await core.store.get<DepartureRow>("SELECT * FROM departures");
  if (row === undefined) return null;
  if (row.expires !== 0 && row.expires < core.platform.clock.now()) return null;
  const fragment = toBase64url(
    row.invitation === null ? row.secret : concat(row.secret, row.invitation),
  );
  return {
    to: row.to_node,
    link: `${nodeOrigin(row.to_node)}/move#${fragment}`,
    expires: row.expires === 0 ? null : row.expires,
  };
}

/** Forgets the link. What lies at the other node runs out there. */
export async function stay(core: Core): Promise<void> {
  await core.store.run("DELETE FROM departures");
}

/** What a `/move` link holds. @throws EngineError `link_invalid` */
export function readMoveFragment(fragment: string): { secret: Bytes; invitation: Bytes | null } {
  try {
    const bytes = fromBase64url(fragment.replace(/^#/, ""));
    if (bytes.length !== 32 && bytes.length !== 48) throw new RangeError("length");
    return { secret: bytes.slice(0, 32), invitation: bytes.length > 32 ? bytes.slice(32) : null };
  } catch (cause) {
    throw new EngineError("link_invalid", { cause });
  }
}

/** Where to: a name such as `b.example`, `https://b.example/...`, or `https://b.example/signup#code`. */
export function destinationOf(text: string): { node: string; invitation: Bytes | null } {
  const clean = text.trim();
  const parts = /^(?:https?:\/\/)?([^/#\s]+)(?:\/[^#\s]*)?(?:#(\S+))?$/.exec(clean);
  if (parts === null) throw new EngineError("invalid", { data: { field: "node" } });
  const [, host = "", code] = parts;
  let node: string;
  try {
    node = check(nodeName, host.toLowerCase().replace(/^.*@/, ""));
  } catch (cause) {
    throw new EngineError("invalid", { cause, data: { field: "node" } });
  }
  if (code === undefined) return { node, invitation: null };
  try {
    const invitation = fromBase64url(code);
    if (invitation.length !== 16) throw new RangeError("length");
    return { node, invitation };
  } catch (cause) {
    throw new EngineError("link_invalid", { cause });
  }
}

/** One way to reach each person who is known from a space. */
async function contactsOf(core: Core): Promise<Reply[]> {
  const rows = await core.store.all<{ reply: Bytes }>(
    `SELECT reply FROM members WHERE present = 1 AND reply IS NOT NULL AND identity_id <> ?
     GROUP BY identity_id LIMIT ?`,
    [core.me().id, LIMITS.moveContacts],
  );
  return rows.map((row) => readAs(replySchema, row.reply, LIMITS.requestBytes));
}

/** What a package that cannot be opened leads to. */
export function asLinkError(error: unknown): unknown {
  if (error instanceof CryptoError) return new EngineError("link_mismatch", { cause: error });
  if (error instanceof ProtocolError && error.code === "not_found")
    return new EngineError("link_expired", { cause: error });
  return error;
}

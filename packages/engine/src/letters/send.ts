/** Letters on their way out: sealed once, stored, and sent until the recipient's node has them. A repeat is harmless. */
import { CryptoError, randomBytes, sealLetter, verifyBoxKey } from "@baraza/crypto";
import type { Bytes, Letter, Reply } from "@baraza/protocol";
import { boxesPut, encodeCbor, LIMITS, ProtocolError, readAs, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { isNewest } from "../devices/standing.ts";
import { hear } from "../moving/follow.ts";
import type { SqlTx } from "../ports.ts";
import { backoff } from "../util.ts";

export type OutgoingLetter = { node: string; request: Bytes };

/**
 * Seals a letter for somebody. A box key that has run out is fetched anew from their node when it can be reached; otherwise the
 * old one serves, as its owner keeps private keys for two weeks longer. One that a former key of its owner signed does not:
 * a device that was removed has its private half.
 * @throws CryptoError `bad_box_key`
 */
export async function sealFor(
  core: Core,
  to: Reply,
  kind: Letter["kind"],
  body: Bytes,
): Promise<OutgoingLetter> {
  const at = core.platform.clock.now();
  let { boxKey } = to;
  const given = await verifyBoxKey(boxKey, to.identityId, at);
  const id = toHex(to.identityId);
  const counts = await isNewest(core, id, given.identity);
  if (given.expired || !counts) {
    const fetched = await fetchBoxKey(core, to, at);
    if (fetched === null && !counts) throw new CryptoError("bad_box_key");
    boxKey = fetched ?? boxKey;
  }
  const letterId = randomBytes(16);
  const { letter } = await sealLetter({
    from: core.me().device,
    to: to.identityId,
    boxKey,
    kind,
    body,
    letterId,
    at,
  });
  return { node: to.node, request: encodeCbor({ address: to.address, letterId, letter }) };
}

/**
 * The box key that somebody's node gives, where it is signed by the very key that the node's key log has of them and no older
 * than what is known; null when there is none to be had.
 */
async function fetchBoxKey(core: Core, to: Reply, at: number): Promise<Bytes | null> {
  try {
    const { identityId } = to;
    const found = await core.remote.call(to.node, "identity.lookup", { identityId });
    await hear(core, identityId, found.moved);
    const { identity } = await verifyBoxKey(found.boxKey, identityId, at);
    if (!(await isNewest(core, toHex(identityId), identity))) return null;
    const { isOnRecord } = await import("../trust/look-up.ts");
    const listed = await isOnRecord(core, { name: found.name, node: to.node }, identity);
    return listed ? found.boxKey : null;
  } catch (error) {
    if (!(error instanceof ProtocolError) && !(error instanceof CryptoError)) throw error;
    await hear(core, to.identityId, error);
    return null;
  }
}

/**
 * The same for whoever wrote down themselves how to reach them: null when nobody can write to them so. What others say
 * of themselves must not stop what is done for the rest.
 */
export async function sealIfPossible(
  core: Core,
  to: Reply,
  kind: Letter["kind"],
  body: Bytes,
): Promise<OutgoingLetter | null> {
  try {
    return await sealFor(core, to, kind, body);
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Stores letters to be sent, in the transaction that caused them. */
export function writeLetters(tx: SqlTx, letters: readonly OutgoingLetter[]): void {
  for (const { node, request } of letters)
    tx.run("INSERT INTO letters_out (node, request) VALUES (?, ?)", [node, request]);
}

/** How often a letter is tried before it is given up: some two weeks with the pauses between. */
const ATTEMPTS = 500;
/** Pauses grow from seconds to a minute, and then to an hour: a node may be away for days. */
const pause = (attempts: number) => backoff(attempts) * Math.min(60, Math.max(1, attempts - 10));
const GONE: ReadonlySet<string> = new Set([
  "address_invalid",
  "address_expired",
  "malformed",
  "too_large",
  "forbidden",
]);

/** Sends what is due. @returns when the next one is due, ms since 1970, or null when none waits */
export async function sendLetters(core: Core): Promise<number | null> {
  const now = core.platform.clock.now();
  const rows = await core.store.all<{ id: number; node: string; request: Bytes; attempts: number }>(
    "SELECT id, node, request, attempts FROM letters_out WHERE next_at <= ? ORDER BY id LIMIT 50",
    [now],
  );
  for (const row of rows) {
    try {
      await core.remote.call(
        row.node,
        "boxes.put",
        readAs(boxesPut.request, row.request, LIMITS.letterBytes + LIMITS.requestBytes),
      );
      await core.store.run("DELETE FROM letters_out WHERE id = ?", [row.id]);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (GONE.has(error.code) || row.attempts >= ATTEMPTS)
        await core.store.run("DELETE FROM letters_out WHERE id = ?", [row.id]);
      else
        await core.store.run(
          "UPDATE letters_out SET attempts = attempts + 1, next_at = ? WHERE id = ?",
          [now + pause(row.attempts), row.id],
        );
    }
  }
  const next = await core.store.get<{ at: number | null }>(
    "SELECT min(next_at) AS at FROM letters_out",
  );
  return next?.at ?? null;
}

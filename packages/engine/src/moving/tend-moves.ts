/**
 * What is to be done about moves, a round at a time: bringing a package to the new node, telling the former node, telling
 * people, and checking what was heard of others. Everything is stored before, so each step may be cut off.
 */
import type { Bytes } from "@baraza/protocol";
import { LIMITS, movedBody, ProtocolError, readAs, reply, writeAs } from "@baraza/protocol";
import { otherPlaces } from "../account/places.ts";
import type { Core } from "../core.ts";
import type { OutgoingLetter } from "../letters/send.ts";
import { sealIfPossible, writeLetters } from "../letters/send.ts";
import { ownReply } from "../spaces/profile.ts";
import { bring } from "./depart.ts";
import { followHeard } from "./follow-heard.ts";
import { latestMove, movedAway, statementOf } from "./own-moves.ts";
import { tendAlone } from "./take-along.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Pauses between tries to reach a node that is away. */
const PAUSES_MS = [2000, 5000, 15_000, 60_000, 10 * 60_000, 60 * 60_000];
const tries = new WeakMap<Core, number>();
/** Letters that are sealed at once. */
const AT_ONCE = 20;

/** @returns when to look again, ms since 1970, or null when nothing waits */
export async function tendMoves(core: Core): Promise<number | null> {
  await followHeard(core);
  const away = await movedAway(core);
  const waits = [await unlessAway(() => bring(core))];
  if (away === null) {
    waits.push(await unlessAway(() => publish(core)));
    waits.push(await unlessAway(() => tellContacts(core)));
    waits.push(await unlessAway(() => tendAlone(core)));
    // A place that is still to come may be one to take along.
    const came = (await latestMove(core)) !== undefined;
    waits.push(came && (await otherPlaces(core)).length > 0);
  }
  if (!waits.includes(true)) {
    tries.delete(core);
    return null;
  }
  const count = tries.get(core) ?? 0;
  tries.set(core, count + 1);
  return core.platform.clock.now() + (PAUSES_MS[count] ?? PAUSES_MS.at(-1) ?? 0);
}

/** @returns true when it says so, or failed for want of a line: it is to be tried again */
async function unlessAway(work: () => Promise<unknown>): Promise<boolean> {
  try {
    return (await work()) === true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return true;
  }
}

/** Tells the former node: it answers where one is, and passes letters on. */
async function publish(core: Core): Promise<void> {
  const move = await latestMove(core);
  if (move === undefined || move.published === 1) return;
  const me = core.me();
  const now = core.platform.clock.now();
  const left = LIMITS.forwardDays - Math.floor((now - move.at) / DAY_MS);
  // A former node that has been away for longer keeps what it keeps.
  if (left < 1 && move.keep_days === null) return done(core, move.seq);
  const { signMoveRequest } = await import("@baraza/crypto/moving");
  const forward = (await ownReply(core)).address;
  const identity = { record: me.identity, privateKey: me.identityKey };
  const request = await signMoveRequest(identity, {
    audience: move.from_node,
    statement: await statementOf(core, move),
    forward,
    keepDays: move.keep_days ?? Math.min(LIMITS.forwardDays, left),
    time: now,
  });
  try {
    await core.remote.call(move.from_node, "moves.publish", { request });
  } catch (error) {
    if (!(error instanceof ProtocolError) || !REFUSED.has(error.code)) throw error;
  }
  await done(core, move.seq);
}

/** Nothing that asking once more would change: the account is not there (any more), or the node will not have it. */
const REFUSED: ReadonlySet<string> = new Set([
  "not_found",
  "malformed",
  "bad_signature",
  "forbidden",
  "unknown_route",
  "unsupported_field",
]);

async function done(core: Core, seq: number): Promise<void> {
  await core.store.run("UPDATE own_moves SET published = 1 WHERE seq = ?", [seq]);
}

/** Writes to everybody who is known, since the spaces may take longer, or be gone. */
async function tellContacts(core: Core): Promise<void> {
  const move = await latestMove(core);
  if (move === undefined) return;
  for (;;) {
    const rows = await core.store.all<{ identity_id: string; reply: Bytes }>(
      `SELECT identity_id, reply FROM move_contacts LIMIT ${AT_ONCE}`,
    );
    if (rows.length === 0) return;
    const letters: OutgoingLetter[] = [];
    const statement = await statementOf(core, move);
    for (const row of rows) {
      const body = writeAs(movedBody, { statement, reply: await ownReply(core) });
      const to = readAs(reply, row.reply, LIMITS.requestBytes);
      const letter = await sealIfPossible(core, to, "moved", body);
      if (letter !== null) letters.push(letter);
    }
    await core.store.transaction((tx) => {
      writeLetters(tx, letters);
      for (const { identity_id: id } of rows)
        tx.run("DELETE FROM move_contacts WHERE identity_id = ?", [id]);
    });
    core.kick({ letters: true });
  }
}

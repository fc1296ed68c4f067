/**
 * Letters about where a space is kept: for when its hub does not answer, or not the truth. They carry what stewards propose and
 * sign, tell everybody of a hand-over, and answer whoever asks.
 */
import type { Bytes, DecisionProof, Reply } from "@baraza/protocol";
import {
  check,
  decodeCbor,
  fromHex,
  leadingLetter,
  LIMITS,
  readAs,
  reply as replySchema,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { deviceReply } from "../account/boxes.ts";
import type { Core } from "../core.ts";
import { LEADING_EVENTS } from "../leading/events.ts";
import { reduceLeading } from "../leading/reducer.ts";
import type { OutgoingLetter } from "../letters/send.ts";
import { sealIfPossible, writeLetters } from "../letters/send.ts";
import { PENDING_POSITION } from "../schema.ts";
import { stewardsOf } from "../spaces/roster.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { learnMove, newestMove } from "./follow.ts";

/** What a letter says beside the log's id. */
type Word = {
  proposal?: Bytes;
  answer?: Bytes;
  moved?: DecisionProof;
  where?: Reply;
};

/** Tells the others who lead of a proposal about moving, or of an answer to one. */
export async function tellStewards(core: Core, space: SpaceRuntime, word: Word): Promise<void> {
  await send(core, space, word, "AND role = 'steward'");
}

/** Tells everybody where the space is kept now. */
export async function tellOfMove(
  core: Core,
  space: SpaceRuntime,
  moved: DecisionProof,
): Promise<void> {
  await send(core, space, { moved }, "");
}

/** Asks some of the others where a space is kept: its hub has not answered for a while. */
export async function askWhere(core: Core, space: SpaceRuntime): Promise<void> {
  await send(core, space, { where: await deviceReply(core) }, "ORDER BY seen_seq DESC LIMIT 3");
}

async function send(core: Core, space: SpaceRuntime, word: Word, which: string): Promise<void> {
  const rows = await core.store.all<{ reply: Bytes }>(
    `SELECT reply FROM members WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND identity_id <> ? ${which}`,
    [space.logId, core.me().id],
  );
  const letters: OutgoingLetter[] = [];
  for (const row of rows) {
    const to = readAs(replySchema, row.reply, LIMITS.requestBytes);
    const letter = await sealIfPossible(core, to, "leading", bodyOf(space, word));
    if (letter !== null) letters.push(letter);
  }
  await core.store.transaction((tx) => {
    writeLetters(tx, letters);
    tx.afterCommit(() => core.kick({ letters: true }));
  });
}

const bodyOf = ({ id: logId }: SpaceRuntime, word: Word): Bytes =>
  writeAs(leadingLetter, { logId, ...word });

/** Reads such a letter. What it says of somebody counts only as far as they may say it. */
export async function readLeadingLetter(
  core: Core,
  from: Bytes,
  letter: { letterId: Bytes; at: number; body: Bytes },
): Promise<void> {
  const { logId, proposal, answer, moved, where } = readAs(
    leadingLetter,
    letter.body,
    LIMITS.letterBytes,
  );
  const space = await runtimeOf(core, toHex(logId));
  if (space === null || space.row.state !== "active") return;
  if (moved !== undefined) await heard(core, space, moved);
  const sender = toHex(from);
  if (where !== undefined) await answerWhere(core, space, sender, where);
  const leads =
    space.group !== null && stewardsOf(space.group).some((one) => toHex(one.identityId) === sender);
  if (!leads) return;
  const said = [
    ["space.proposal", proposal],
    ["space.answer", answer],
  ] as const;
  for (const [type, bytes] of said) {
    if (bytes === undefined) continue;
    const payload = check(LEADING_EVENTS[type].schema, decodeCbor(bytes));
    await core.store.transaction((tx) => {
      reduceLeading(tx, {
        logId: space.logId,
        eventId: toHex(letter.letterId),
        author: sender,
        device: "",
        mine: false,
        // Behind all that stands in the log: there it gets its place when it comes.
        position: PENDING_POSITION,
        pending: false,
        type,
        typeVersion: 1,
        at: letter.at,
        payload,
      });
      tx.afterCommit(() => core.kick({ space: space.logId }));
    });
  }
}

/** Follows in the space's queue, under whatever runtime it has by then. */
async function heard(core: Core, space: SpaceRuntime, moved: DecisionProof): Promise<void> {
  await space.queue(async () => {
    const now = await runtimeOf(core, space.logId);
    if (now !== null && now !== space) return heard(core, now, moved);
    await learnMove(core, space, moved);
  });
}

async function answerWhere(
  core: Core,
  { logId }: SpaceRuntime,
  sender: string,
  to: Reply,
): Promise<void> {
  const member = await core.store.get(
    "SELECT 1 AS one FROM members WHERE log_id = ? AND identity_id = ? AND present = 1",
    [logId, sender],
  );
  if (member === undefined || toHex(to.identityId) !== sender) return;
  await core.store.run(
    `INSERT OR IGNORE INTO move_askers SELECT ?1, ?2
     WHERE (SELECT count(*) FROM move_askers WHERE log_id = ?1) < ?3`,
    [logId, writeAs(replySchema, to), ASKERS],
  );
  await answerAskers(core, logId);
}

const ASKERS = 200;

/** Tells those who asked where the space is kept, once this device knows; until then they wait. */
export async function answerAskers(core: Core, logId: string): Promise<void> {
  const moved = await newestMove(core, logId);
  const rows = await core.store.all<{ reply: Bytes }>(
    "SELECT reply FROM move_askers WHERE log_id = ?",
    [logId],
  );
  if (moved === null || rows.length === 0) return;
  const body = writeAs(leadingLetter, { logId: fromHex(logId), moved });
  const letters: OutgoingLetter[] = [];
  for (const row of rows) {
    const to = readAs(replySchema, row.reply, LIMITS.requestBytes);
    const letter = await sealIfPossible(core, to, "leading", body);
    if (letter !== null) letters.push(letter);
  }
  await core.store.transaction((tx) => {
    writeLetters(tx, letters);
    for (const row of rows)
      tx.run("DELETE FROM move_askers WHERE log_id = ? AND reply = ?", [logId, row.reply]);
    tx.afterCommit(() => core.kick({ letters: true }));
  });
}

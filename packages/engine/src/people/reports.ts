/**
 * Reports: a member tells those who keep order in a space about somebody. They go as letters, sealed to each of them, and
 * never through the space's log, so that whom they are about learns of them only where somebody says so.
 */
import type { openLetter } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import {
  equalBytes,
  fromHex,
  LIMITS,
  readAs,
  reply as replySchema,
  reportBody,
  toHex,
  writeAs,
} from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { OutgoingLetter } from "../letters/send.ts";
import { sealIfPossible, writeLetters } from "../letters/send.ts";
import type { SqlTx } from "../ports.ts";
import type { Report } from "./api.ts";
import { keepsOrder } from "./rules.ts";

/** Tells everybody who keeps order, but not whom it is about. @throws EngineError `invalid`, where that is nobody or the note is too long */
export async function report(
  core: Core,
  args: { spaceId: string; identityId: string; eventId?: string | undefined; note: string },
): Promise<void> {
  const note = args.note.normalize("NFC").trim();
  if (note.length > 1000) throw new EngineError("invalid", { data: { field: "note" } });
  const rows = await core.store.all<{ reply: Bytes }>(
    `SELECT reply FROM members WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND role IN ('steward', 'moderator')
     AND identity_id NOT IN (?, ?) LIMIT ?`,
    [args.spaceId, core.me().id, args.identityId, LIMITS.stewards],
  );
  const body = writeAs(reportBody, {
    logId: fromHex(args.spaceId),
    person: fromHex(args.identityId),
    ...(args.eventId === undefined ? {} : { eventId: fromHex(args.eventId) }),
    note,
  });
  const letters: OutgoingLetter[] = [];
  for (const row of rows) {
    const to = readAs(replySchema, row.reply, LIMITS.requestBytes);
    const letter = await sealIfPossible(core, to, "report", body);
    if (letter !== null) letters.push(letter);
  }
  if (letters.length === 0) throw new EngineError("invalid");
  await core.store.transaction((tx) => writeLetters(tx, letters));
  core.kick({ letters: true });
}

/** So many reports of one member lie before one at once; what comes beyond is not taken. */
const MOST_OF_ONE = 20;

/** What a report that has come leads to: nothing where its sender is no member, or this account does not keep order. */
export async function noteReport(
  core: Core,
  letter: Awaited<ReturnType<typeof openLetter>>,
): Promise<(tx: SqlTx) => void> {
  const body = readAs(reportBody, letter.body, LIMITS.requestBytes);
  const logId = toHex(body.logId);
  const by = toHex(letter.sender.identityId);
  return (tx) => {
    const role = (id: string) =>
      tx.get<{ role: string }>(
        "SELECT role FROM members WHERE log_id = ? AND identity_id = ? AND present = 1",
        [logId, id],
      )?.role;
    if (role(by) === undefined || !keepsOrder(role(core.me().id))) return;
    if (equalBytes(body.person, letter.sender.identityId)) return;
    const open = tx.get<{ count: number }>(
      "SELECT count(*) AS count FROM reports WHERE log_id = ? AND by_identity = ?",
      [logId, by],
    );
    if ((open?.count ?? 0) >= MOST_OF_ONE) return;
    tx.run("INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?)", [
      toHex(letter.letterId),
      logId,
      by,
      toHex(body.person),
      body.eventId === undefined ? null : toHex(body.eventId),
      body.note,
      core.platform.clock.now(),
    ]);
  };
}

export async function dismissReport(core: Core, reportId: string): Promise<void> {
  await core.store.run("DELETE FROM reports WHERE report_id = ?", [reportId]);
}

/** What lies before one who keeps order, the oldest first. */
export async function reportsOf(core: Core, spaceId: string): Promise<Report[]> {
  const rows = await core.store.all<{
    report_id: string;
    person: string;
    target: string | null;
    note: string;
    at: number;
    by_name: string;
    name: string;
    text: string | null;
  }>(
    `SELECT r.report_id, r.person, r.target, r.note, r.at, coalesce(b.name, '') AS by_name, coalesce(m.name, p.name, '') AS name,
       (SELECT a.text FROM activity a WHERE a.log_id = r.log_id AND a.event_id = r.target AND a.author = r.person) AS text
     FROM reports r LEFT JOIN members b ON b.log_id = r.log_id AND b.identity_id = r.by_identity
     LEFT JOIN members m ON m.log_id = r.log_id AND m.identity_id = r.person LEFT JOIN people p ON p.identity_id = r.person
     WHERE r.log_id = ? ORDER BY r.at LIMIT 200`,
    [spaceId],
  );
  return rows.map((row) => ({
    reportId: row.report_id,
    by: row.by_name,
    person: { identityId: row.person, name: row.name },
    message: row.target === null ? null : { eventId: row.target, text: row.text ?? "" },
    note: row.note,
    at: row.at,
  }));
}

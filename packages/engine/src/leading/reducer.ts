/** Proposals and answers: events to rows. Whether a signature is good is asked when it counts (state.ts). */
import { stewardRecord, toHex, untilOf, writeAs } from "@baraza/protocol";
import type { InferOutput } from "valibot";
import type { SqlTx } from "../ports.ts";
import type { AppliedEvent } from "../tools/tool.ts";
import type { LEADING_EVENTS } from "./events.ts";

type Payload<T extends keyof typeof LEADING_EVENTS> = InferOutput<
  (typeof LEADING_EVENTS)[T]["schema"]
>;

/** One event of this area. The first proposal with an id is the one with it. */
export function reduceLeading(tx: SqlTx, event: AppliedEvent): void {
  if (event.type === "space.proposal") {
    const payload = event.payload as Payload<"space.proposal">;
    const until = untilOf(payload.record);
    if (until === undefined) return;
    const id = toHex(payload.id);
    const subject = payload.subject === undefined ? null : toHex(payload.subject);
    const { changes } = tx.run(
      `INSERT INTO proposals (log_id, proposal_id, position, at, by_identity, about, subject, gen, record, until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (log_id, proposal_id) DO UPDATE SET position = excluded.position
         WHERE excluded.by_identity = by_identity AND excluded.position < position`,
      [
        event.logId,
        id,
        event.position,
        event.at,
        event.author,
        payload.about,
        subject,
        payload.gen,
        writeAs(stewardRecord, payload.record),
        until,
      ],
    );
    if (changes > 0) answer(tx, event, id, payload.signed);
  } else if (event.type === "space.answer") {
    const payload = event.payload as Payload<"space.answer">;
    answer(tx, event, toHex(payload.id), payload.signed);
  } else if (event.type === "space.withdraw") {
    const payload = event.payload as Payload<"space.withdraw">;
    tx.run(
      "UPDATE proposals SET withdrawn = 1 WHERE log_id = ? AND proposal_id = ? AND by_identity = ?",
      [event.logId, toHex(payload.id), event.author],
    );
  }
}

function answer(
  tx: SqlTx,
  event: AppliedEvent,
  id: string,
  signed: Payload<"space.answer">["signed"],
): void {
  tx.run("INSERT OR REPLACE INTO proposal_answers VALUES (?, ?, ?, ?, ?, ?)", [
    event.logId,
    id,
    event.author,
    event.position,
    signed?.key ?? null,
    signed?.sig ?? null,
  ]);
}

/** A decision of stewards that stands in the log, from its clear header. */
export function noteDecision(tx: SqlTx, logId: string, seq: number, decisionId: string): void {
  tx.run("INSERT OR IGNORE INTO decisions VALUES (?, ?, ?)", [logId, decisionId, seq]);
}

/** The list that the hub goes by from now on. */
export function noteHubLeads(tx: SqlTx, logId: string, packed: Uint8Array<ArrayBuffer>): void {
  tx.run(
    `INSERT INTO hub_leads (log_id, keys) VALUES (?, ?)
     ON CONFLICT (log_id) DO UPDATE SET keys = excluded.keys`,
    [logId, packed],
  );
}

/** When the hub will delete the log; null when that was taken back. */
export function noteDeletion(tx: SqlTx, logId: string, at: number | null): void {
  tx.run(
    `INSERT INTO hub_leads (log_id, delete_at) VALUES (?, ?)
     ON CONFLICT (log_id) DO UPDATE SET delete_at = excluded.delete_at`,
    [logId, at],
  );
}

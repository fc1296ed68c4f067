/** Writing the row of a space that this device did not have. */
import { NO_EVENT } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import type { SqlTx } from "../ports.ts";

export type NewSpaceRow = {
  logId: string;
  hub: string;
  hubKey: Bytes;
  genesis: Bytes;
  kind: string;
  history: string;
  title: string;
  created: number;
  gen: number;
  seq: number;
  head: Bytes;
  readFrom: number;
  epoch: number;
  mls: Bytes;
  seatId: Bytes;
  seatKey: Bytes;
  /** The secret of the rejoin slot that stands, where it is known. */
  slotSecret?: Bytes | null;
};

/** Inserts the row, or replaces the one of a former membership of the same space. */
export function insertSpace(tx: SqlTx, row: NewSpaceRow): void {
  tx.run(
    `INSERT OR REPLACE INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head,
       hub_seq, read_from, epoch, mls, seat_id, seat_key, own_hash, slot_secret)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      row.logId,
      row.hub,
      row.hubKey,
      row.genesis,
      row.kind,
      row.history,
      row.title,
      row.created,
      row.gen,
      row.seq,
      row.head,
      row.seq,
      row.readFrom,
      row.epoch,
      row.mls,
      row.seatId,
      row.seatKey,
      NO_EVENT,
      row.slotSecret ?? null,
    ],
  );
}

/**
 * Segments: what one device of a person found out to search files, handed on to the next one, so that it does not fetch what
 * stands beside each file from the hub of each space. Both are in the space of the person's own devices: the new one asks there for what
 * it lacks, one that has it answers with sealed segments. What is in them is sealed as it is at the hubs, under keys that are in the
 * files' events: so nobody has to be believed, and a segment opens nothing that its reader could not fetch (segments-work.ts).
 */
import type { SqlTx } from "../../ports.ts";
import type { AppliedEvent, Tool } from "../tool.ts";
import { concat, encodeCbor, toHex } from "@baraza/protocol";
import { readAsk, readMade, segmentEvents } from "./events.ts";

/**
 * `segments_asks`: what devices ask for; `ids` are names of 16 bytes each. `segments_made`: answers, with their pointers in CBOR.
 * `segments_taken`: answers that this device is done with.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS segments_asks (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  device TEXT NOT NULL,
  at INTEGER NOT NULL,
  ids BLOB NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segments_made (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  ask TEXT NOT NULL,
  at INTEGER NOT NULL,
  parts BLOB NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS segments_made_for ON segments_made (log_id, ask);
CREATE TABLE IF NOT EXISTS segments_taken (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS segments_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM segments_taken WHERE log_id = old.log_id;
END;
`;

function reduce(tx: SqlTx, event: AppliedEvent): void {
  // Of one's own devices only: nobody else in any space has something to ask here.
  if (!event.mine) return;
  const { logId, eventId, device, at } = event;
  if (event.type === "segments.ask") {
    const read = readAsk(event.payload);
    if (read !== null)
      tx.run("INSERT OR IGNORE INTO segments_asks VALUES (?, ?, ?, ?, ?)", [
        logId,
        eventId,
        device,
        at,
        concat(...read.ids),
      ]);
  } else if (event.type === "segments.made") {
    const read = readMade(event.payload);
    if (read !== null)
      tx.run("INSERT OR IGNORE INTO segments_made VALUES (?, ?, ?, ?, ?)", [
        logId,
        eventId,
        toHex(read.ask),
        at,
        encodeCbor(read.parts),
      ]);
  }
}

export const segments: Tool = {
  name: "segments",
  schema: SCHEMA,
  derived: ["segments_asks", "segments_made"],
  events: segmentEvents,
  reduce,
  commands: {},
  queries: {},
  findable: [],
};

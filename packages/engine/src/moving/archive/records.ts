/**
 * From the store to the records of an archive, a chunk at a time. Where a chunk ends is a small cursor that can be
 * stored: a job that was killed goes on from there. What is written meanwhile may be in the archive or not; what was
 * there when it began is.
 */
import type { Bytes } from "@baraza/protocol";
import type { ArchiveRecord } from "@baraza/protocol/archive";
import { encodeCbor, fromHex, readAs, reply as replySchema } from "@baraza/protocol";
import { nextVault } from "../../account/vault.ts";
import type { Core } from "../../core.ts";
import type { SqlParams } from "../../ports.ts";
import { need } from "../../util.ts";

const STAGES = ["space", "epochs", "member", "device", "event", "entry", "notice"] as const;
type Stage = "account" | "person" | (typeof STAGES)[number] | "end";

/** Where the next chunk begins: `after` is the last key that is in, of that stage and space. */
export type Cursor = { stage: Stage; logId: string; after: string | number };
export const BEGINNING: Cursor = { stage: "account", logId: "", after: "" };

/** Roughly how many bytes of records go into one chunk, and rows that are read at once. */
const CHUNK = 256 * 1024;
const ROWS = 500;

export type Chunk = {
  records: ArchiveRecord[];
  /** Null behind the last one. */
  next: Cursor | null;
  /** How many events are in it, for the progress. */
  events: number;
};

/** The records of one chunk. `totals` are what `end` says. */
export async function nextChunk(core: Core, from: Cursor, totals: Totals): Promise<Chunk> {
  if (from.stage === "account")
    return { records: [await account(core)], next: { ...from, stage: "person" }, events: 0 };
  const records: ArchiveRecord[] = [];
  let events = 0;
  let size = 0;
  let cursor = from;
  while (size < CHUNK) {
    if (cursor.stage === "end") {
      records.push({ t: "end", ...totals });
      return { records, next: null, events };
    }
    const page = await readPage(core, cursor);
    let taken = 0;
    for (const { record, key, bytes } of page) {
      // Several lines may stand at one position: they stay together.
      if (size >= CHUNK && cursor.stage !== "notice") break;
      records.push(record);
      size += bytes;
      taken++;
      if (record.t === "event") events++;
      cursor = { ...cursor, after: key };
    }
    if (taken === page.length && (page.length < ROWS || cursor.stage === "notice"))
      cursor = await after(core, cursor);
  }
  return { records, next: cursor, events };
}

export type Totals = { spaces: number; events: number; entries: number };

/** What there is now. */
export async function totalsOf(core: Core): Promise<Totals> {
  const count = async (table: string): Promise<number> =>
    need(await core.store.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`), table).n;
  return {
    spaces: await count("spaces"),
    events: await count("events"),
    entries: await count("entries WHERE stored IS NOT NULL"),
  };
}

/** The stage behind a finished one: the next of the space, or the next space. */
async function after(core: Core, { stage, logId }: Cursor): Promise<Cursor> {
  const index = STAGES.indexOf(stage as (typeof STAGES)[number]);
  const next = index < 0 ? undefined : STAGES[index + 1];
  if (next !== undefined) return { stage: next, logId, after: FIRST[next] };
  const space = await core.store.get<{ log_id: string }>(
    "SELECT log_id FROM spaces WHERE log_id > ? ORDER BY log_id LIMIT 1",
    [logId],
  );
  if (space === undefined) return { stage: "end", logId: "", after: "" };
  return { stage: "space", logId: space.log_id, after: FIRST.space };
}

const FIRST: Record<(typeof STAGES)[number], string | number> = {
  space: "",
  epochs: -1,
  member: "",
  device: "",
  event: -1,
  entry: 0,
  notice: -1,
};

type Row = { record: ArchiveRecord; key: string | number; bytes: number };

async function account(core: Core): Promise<ArchiveRecord> {
  const me = core.me();
  return {
    t: "account",
    name: me.name,
    node: me.node,
    made: core.platform.clock.now(),
    vault: encodeCbor(await nextVault(core)),
  };
}

/** The rows of a stage behind `after`, in the order of their keys. */
async function readPage(core: Core, { stage, logId, after: key }: Cursor): Promise<Row[]> {
  const id = logId === "" ? new Uint8Array() : fromHex(logId);
  switch (stage) {
    case "person":
      return (
        await rows<{
          identity_id: string;
          name: string;
          address: string;
          state: string;
          since: number;
        }>(core, "SELECT * FROM people WHERE identity_id > ? ORDER BY identity_id", [key])
      ).map((row) => ({
        key: row.identity_id,
        bytes: 300,
        record: {
          t: "person",
          identityId: fromHex(row.identity_id),
          name: row.name,
          address: row.address,
          state: row.state,
          since: row.since,
        },
      }));
    case "space":
      return (await rows<SpaceFields>(core, SPACE, [logId, key])).map((row) => ({
        key: row.log_id,
        bytes: 1000,
        record: {
          t: "space",
          logId: id,
          hub: row.hub,
          hubKey: row.hub_key,
          genesis: row.genesis,
          kind: row.kind,
          history: row.history,
          title: row.title,
          state: row.state,
          created: row.created,
          gen: row.gen,
          seq: row.seq,
          head: row.head,
          readFrom: row.read_from,
          epoch: row.epoch,
          ...(row.read === null ? {} : { read: row.read }),
        },
      }));
    case "epochs": {
      const found = await rows<{ epoch: number; content_key: Bytes }>(
        core,
        "SELECT epoch, content_key FROM epochs WHERE log_id = ? AND epoch > ? ORDER BY epoch",
        [logId, key],
      );
      return found.map(({ epoch, content_key }) => ({
        key: epoch,
        bytes: 60,
        record: { t: "epochs", logId: id, epochs: [{ epoch, key: content_key }] },
      }));
    }
    case "member":
      return (
        await rows<{
          identity_id: string;
          name: string;
          address: string;
          role: string;
          steward_key: Bytes | null;
          present: number;
          reply: Bytes | null;
        }>(
          core,
          "SELECT * FROM members WHERE log_id = ? AND identity_id > ? ORDER BY identity_id",
          [logId, key],
        )
      ).map((row) => ({
        key: row.identity_id,
        bytes: 3000,
        record: {
          t: "member",
          logId: id,
          identityId: fromHex(row.identity_id),
          profile: row.address === "" ? null : { name: row.name, address: row.address },
          role: row.role,
          present: row.present === 1,
          ...(row.steward_key === null ? {} : { stewardKey: row.steward_key }),
          ...(row.reply === null ? {} : { reply: readAs(replySchema, row.reply) }),
        },
      }));
    case "device":
      return (
        await rows<{
          device: string;
          identity_id: string;
          certificate: Bytes;
          counter: number;
          own_hash: Bytes;
        }>(core, "SELECT * FROM devices WHERE log_id = ? AND device > ? ORDER BY device", [
          logId,
          key,
        ])
      ).map((row) => ({
        key: row.device,
        bytes: 600,
        record: {
          t: "device",
          logId: id,
          device: fromHex(row.device),
          identityId: fromHex(row.identity_id),
          certificate: row.certificate,
          counter: row.counter,
          ownHash: row.own_hash,
        },
      }));
    case "event":
      return (
        await rows<EventFields>(
          core,
          // What disappears does not go along.
          `SELECT * FROM events WHERE log_id = ? AND seq > ? AND type <> 'space.vanishing'
             AND NOT EXISTS (SELECT 1 FROM vanishing v WHERE v.event_id = events.event_id) ORDER BY seq`,
          [logId, key],
        )
      ).map((row) => ({
        key: row.seq,
        bytes: 250 + row.payload.length,
        record: {
          t: "event",
          logId: id,
          eventId: fromHex(row.event_id),
          seq: row.seq,
          epoch: row.epoch,
          author: fromHex(row.author),
          device: fromHex(row.device),
          type: row.type,
          typeVersion: row.type_version,
          at: row.at,
          payload: row.payload,
        },
      }));
    case "entry":
      return (
        await rows<{ seq: number; head: Bytes; stored: Bytes; name: string | null }>(
          core,
          "SELECT * FROM entries WHERE log_id = ? AND seq > ? AND stored IS NOT NULL ORDER BY seq",
          [logId, key],
        )
      ).map((row) => ({
        key: row.seq,
        bytes: 100 + row.stored.length,
        record: {
          t: "entry",
          logId: id,
          seq: row.seq,
          head: row.head,
          stored: row.stored,
          ...(row.name === null ? {} : { name: row.name }),
        },
      }));
    case "notice":
      // Those of events are made again from the events.
      return (
        await rows<{
          event_id: string;
          position: number;
          at: number;
          kind: string;
          subject: string;
          by_identity: string | null;
        }>(
          core,
          `SELECT * FROM notices WHERE log_id = ? AND position > ? AND kind IN ('left', 'removed')
           ORDER BY position, event_id, subject`,
          [logId, key],
          -1,
        )
      ).map((row) => ({
        key: row.position,
        bytes: 200,
        record: {
          t: "notice",
          logId: id,
          eventId: fromHex(row.event_id),
          position: row.position,
          at: row.at,
          kind: row.kind,
          subject: fromHex(row.subject),
          ...(row.by_identity === null ? {} : { by: fromHex(row.by_identity) }),
        },
      }));
    default:
      return [];
  }
}

type SpaceFields = {
  log_id: string;
  hub: string;
  hub_key: Bytes;
  genesis: Bytes;
  kind: "personal" | "pair" | "group";
  history: "none" | "all";
  title: string;
  state: string;
  created: number;
  gen: number;
  seq: number;
  head: Bytes;
  read_from: number;
  epoch: number;
  read: number | null;
};
type EventFields = {
  event_id: string;
  seq: number;
  epoch: number;
  author: string;
  device: string;
  type: string;
  type_version: number;
  at: number;
  payload: Bytes;
};

const SPACE = `SELECT s.*, (SELECT position FROM read_positions r WHERE r.log_id = s.log_id AND r.channel = '') AS read
  FROM spaces s WHERE log_id = ? AND log_id > ?`;

function rows<T extends object>(
  core: Core,
  sql: string,
  params: SqlParams,
  limit = ROWS,
): Promise<T[]> {
  return core.store.all<T>(`${sql} LIMIT ${limit}`, params);
}

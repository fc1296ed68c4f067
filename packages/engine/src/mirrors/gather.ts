/**
 * Gathering a log for its new hub from a copy: what is older than the entries that devices keep.
 *
 * [Note: Two readings] The new hub takes entries in one after the other, and notices only at the end that they lead elsewhere. So a copy
 * is read twice: first its heads alone, from the genesis to the first that this device knows; then page by page, each held against
 * the heads of the first reading.
 */
import { genesisHead, nextHead } from "@baraza/crypto";
import type { Bytes, StoredEntry } from "@baraza/protocol";
import { equalBytes, ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { ForkError } from "../spaces/process.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { MirrorRow } from "./rows.ts";
import { mirrorRows, noteState } from "./rows.ts";
import { stateFor } from "./read.ts";
import type { Visit } from "./visit.ts";
import { checkBody, visit, WrongCopy } from "./visit.ts";

/** A copy whose heads lead to one that this device knows: `heads` holds 32 bytes for each position from 0 to `upTo`. */
type Survey = { row: MirrorRow; visit: Visit; heads: Uint8Array; upTo: number };

const PAGE = 500;
const surveys = new WeakMap<SpaceRuntime, Survey>();

/** Entries behind `after`, as they stood at the hub; null where no copy has them. Call it inside the space's queue. */
export async function entriesFromCopy(
  core: Core,
  space: SpaceRuntime,
  after: number,
  limit: number,
): Promise<StoredEntry[] | null> {
  for (const row of await mirrorRows(core, space)) {
    try {
      const survey = await surveyOf(core, space, row);
      if (after >= survey.upTo) return null;
      return await pageOf(core, space, survey, after, Math.min(limit, survey.upTo - after));
    } catch (error) {
      if (error instanceof ForkError) throw error;
      surveys.delete(space);
      const state = stateFor(error);
      if (state !== null) await noteState(core, space, row.node, state);
    }
  }
  return null;
}

async function surveyOf(core: Core, space: SpaceRuntime, row: MirrorRow): Promise<Survey> {
  const known = surveys.get(space);
  if (known?.row.node === row.node) return known;
  const end = await firstKnown(core, space);
  const visited = await visit(core, space, row);
  const heads = new Uint8Array(32 * (end.seq + 1));
  let value = genesisHead(space.row.genesis);
  heads.set(value, 0);
  for (let seq = 0; seq < end.seq;) {
    const entries = await read(core, space, visited, seq, Math.min(PAGE, end.seq - seq));
    for (const one of entries) {
      seq += 1;
      if (one.seq !== seq) throw new WrongCopy();
      value = nextHead(value, seq, one.header, one.sigs);
      heads.set(value, 32 * seq);
    }
    core.setProgress({ job: "reseeding", done: 0, total: end.seq });
  }
  if (!equalBytes(value, end.head)) throw new WrongCopy();
  const survey = { row, visit: visited, heads, upTo: end.seq };
  surveys.set(space, survey);
  return survey;
}

/** The lowest position whose head this device knows. */
async function firstKnown(
  core: Core,
  { logId, row }: SpaceRuntime,
): Promise<{ seq: number; head: Bytes }> {
  const found = await core.store.get<{ seq: number; head: Bytes }>(
    "SELECT seq, head FROM entries WHERE log_id = ? AND seq > 0 ORDER BY seq LIMIT 1",
    [logId],
  );
  return found ?? { seq: row.seq, head: row.head };
}

async function pageOf(
  core: Core,
  space: SpaceRuntime,
  { visit: visited, heads }: Survey,
  after: number,
  limit: number,
): Promise<StoredEntry[]> {
  const entries = await read(core, space, visited, after, limit);
  let value: Bytes = heads.slice(32 * after, 32 * after + 32);
  for (const [index, one] of entries.entries()) {
    const seq = after + 1 + index;
    value = nextHead(value, seq, one.header, one.sigs);
    if (one.seq !== seq || !equalBytes(value, heads.slice(32 * seq, 32 * seq + 32)))
      throw new WrongCopy();
    checkBody(one);
  }
  return entries;
}

/** @throws ProtocolError `unavailable`: the copy has not come so far */
async function read(
  core: Core,
  space: SpaceRuntime,
  { node, token }: Visit,
  after: number,
  limit: number,
): Promise<StoredEntry[]> {
  const asked = { logId: space.id, token, after, limit };
  const { entries } = await core.remote.call(node, "logs.read", asked);
  if (entries.length === 0) throw new ProtocolError("unavailable");
  return entries.slice(0, limit);
}

/**
 * Content after a space has gone to another hub. That one fetches it from the hub before (see the node's services/blobs); where
 * that hub is gone, members' devices bring the sealed chunks that they hold: what they keep, have read lately or put in themselves.
 */
import { blobCipher, CryptoError, streamLayout } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import { announce, hubState, putChunk } from "../../blobs/hub.ts";
import type { HubState } from "../../blobs/hub.ts";
import type { Core } from "../../core.ts";
import { EngineError } from "../../errors.ts";
import { drop } from "../../util.ts";
import type { FilesWork } from "./work-port.ts";

/** How it stands with what a space's hub took over: all there, on its way, no room for it, or some of it is nowhere to be had. */
export type Standing = "whole" | "coming" | "full" | "missing";

const FIRST_MS = 10_000;
const LONGEST_MS = 30 * 60_000;
/** What was brought in part is kept by the hub for a day. */
const AGAIN_MS = 6 * 60 * 60_000;
const LOOK_MS = 60_000;

const DUE = `SELECT s.log_id, s.gen, CASE WHEN h.gen = s.gen THEN h.tries ELSE 0 END AS tries,
    CASE WHEN h.gen = s.gen THEN h.due ELSE 0 END AS due
  FROM spaces s LEFT JOIN blob_hubs h ON h.log_id = s.log_id
  WHERE s.gen > 0 AND s.state = 'active' AND EXISTS (SELECT 1 FROM files_versions v WHERE v.log_id = s.log_id)
    AND (h.gen IS NULL OR h.gen <> s.gen OR h.due IS NOT NULL)`;

type DueRow = { log_id: string; gen: number; tries: number; due: number };

/** Brings what is due. @returns when to look again (ms since 1970); null: there is nothing to wait for */
export async function tendMoved(work: FilesWork): Promise<number | null> {
  const { store, platform } = work.core;
  const rows = await store.all<DueRow>(DUE);
  let next: number | null = null;
  for (const row of rows) {
    const now = platform.clock.now();
    const due = row.due > now ? row.due : await tendSpace(work, row, now);
    if (due !== null) next = Math.min(next ?? due, due);
  }
  return next;
}

async function tendSpace(work: FilesWork, row: DueRow, now: number): Promise<number | null> {
  const soon = now + Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(row.tries, 10));
  try {
    const { standing, brings } = await bringMissing(work, row.log_id);
    const again = { whole: null, coming: soon, full: now + AGAIN_MS, missing: now + AGAIN_MS };
    // What this device does not hold it cannot bring later either.
    const due = standing === "missing" && !brings ? null : again[standing];
    await note(work.core, row, { standing, due });
    return due;
  } catch (error) {
    if (!(error instanceof ProtocolError || error instanceof EngineError)) throw error;
    const full = error.code === "quota_exceeded";
    const due = full ? now + AGAIN_MS : soon;
    await note(work.core, row, { standing: full ? "full" : null, due });
    return due;
  }
}

async function note(
  core: Core,
  { log_id, gen, tries }: DueRow,
  { standing, due }: { standing: Standing | null; due: number | null },
): Promise<void> {
  await core.store.run(
    `INSERT INTO blob_hubs (log_id, gen, tries, due, standing) VALUES (?1, ?2, ?3, ?4, coalesce(?5, 'whole'))
     ON CONFLICT (log_id) DO UPDATE SET gen = ?2, tries = ?3, due = ?4, standing = coalesce(?5, standing)`,
    [log_id, gen, tries + 1, due, standing],
  );
}

/** One round through what the hub lacks. `brings`: this device holds some of it. */
async function bringMissing(
  work: FilesWork,
  logId: string,
): Promise<{ standing: Standing; brings: boolean }> {
  let brings = false;
  let left = false;
  for (let after: string | undefined; ;) {
    const state: HubState = await hubState(work.core, logId, after);
    if (after === undefined) await noteState(work.core, logId, state);
    if (state.missing.length > 0) {
      if (state.coming) return { standing: "coming", brings };
      if (state.full) return { standing: "full", brings };
    }
    // Several devices begin at several places.
    for (const blobId of shuffled(state.missing)) {
      const brought = await bringOne(work, logId, blobId);
      brings ||= brought !== "none";
      left ||= brought !== "whole";
    }
    const last = state.missing.at(-1);
    if (!state.more || last === undefined || last <= (after ?? "")) break;
    after = last;
  }
  return { standing: left ? "missing" : "whole", brings };
}

/** See the port. */
export async function bringHeld(
  work: FilesWork,
  logId: string,
  blobIds: readonly string[],
): Promise<boolean> {
  let any = false;
  for (const blobId of blobIds) any = (await bringOne(work, logId, blobId)) === "whole" || any;
  return any;
}

/** Brings the chunks of one blob that are here and not there. Each is opened first: what is damaged here would spoil it for all. */
async function bringOne(
  work: FilesWork,
  logId: string,
  blobId: string,
): Promise<"none" | "part" | "whole"> {
  const held = await work.chunks.have(blobId);
  const content = held.size === 0 ? undefined : await contentOf(work.core, logId, blobId);
  if (content === undefined) return "none";
  const { blobChunks, sealed } = streamLayout(content.size);
  try {
    const { have, complete } = await announce(work.core, logId, {
      blobId,
      chunks: blobChunks,
      bytes: sealed,
    });
    if (complete) return "whole";
    const cipher = await blobCipher(content.key, content.size);
    let whole = false;
    for (const index of held) {
      if (have.has(index) || index >= blobChunks) continue;
      const chunk = await work.chunks.get(blobId, index);
      if (chunk === null) continue;
      await cipher.open(index, chunk);
      await putPaced(work, async () => {
        whole = await putChunk(work.core, logId, blobId, index, chunk);
      });
    }
    return whole ? "whole" : "part";
  } catch (error) {
    // Another device was there first, with something else; or what is here does not open.
    const its = error instanceof ProtocolError && error.code === "blob_conflict";
    if (its || error instanceof CryptoError) return "none";
    throw error;
  }
}

/** In its share of the line. */
async function putPaced({ core, window }: FilesWork, put: () => Promise<void>): Promise<void> {
  await window.enter();
  const started = core.platform.clock.now();
  let answered = false;
  try {
    await put();
    answered = true;
  } finally {
    window.leave(answered ? core.platform.clock.now() - started : null);
  }
}

/** How to open a blob that a version names, or that waits to be named. */
async function contentOf(
  core: Core,
  logId: string,
  blobId: string,
): Promise<{ key: Bytes; size: number } | undefined> {
  return core.store.get<{ key: Bytes; size: number }>(
    `SELECT blob_key AS key, size FROM files_versions WHERE log_id = ?1 AND blob_id = ?2
     UNION ALL SELECT side_key, side_size FROM files_versions WHERE log_id = ?1 AND side_id = ?2 LIMIT 1`,
    [logId, blobId],
  );
}

async function noteState(core: Core, logId: string, state: HubState): Promise<void> {
  const { bytes, quota, missing, coming, full } = state;
  const standing: Standing =
    missing.length === 0 ? "whole" : coming ? "coming" : full ? "full" : "missing";
  await core.store.run(
    `INSERT INTO blob_hubs (log_id, bytes, quota, standing) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (log_id) DO UPDATE SET bytes = ?2, quota = ?3, standing = ?4
       WHERE bytes IS NOT ?2 OR quota IS NOT ?3 OR standing IS NOT ?4`,
    [logId, bytes, quota, standing],
  );
}

/** See the port. */
export function createLook(core: Core): FilesWork["look"] {
  const asked = new Map<string, number>();
  return (logId) => {
    const now = core.platform.clock.now();
    if (Math.abs(now - (asked.get(logId) ?? 0)) < LOOK_MS) return;
    asked.set(logId, now);
    drop(
      hubState(core, logId)
        .then((state) => noteState(core, logId, state))
        .catch(() => {
          // No line, or no place there any more: what was known stays.
          asked.delete(logId);
        }),
    );
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

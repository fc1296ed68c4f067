/**
 * Making an archive in the background. After every chunk the file is durable, and then the job's row says so: a job that
 * was killed cuts the file back to what the row knows and goes on. An open archive cannot be continued in the middle of
 * a compressed page, so it begins anew by itself.
 */
import { randomBytes } from "@baraza/crypto";
import type { ArchiveCost } from "@baraza/crypto/archive";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, toHex } from "@baraza/protocol";
import type { Core } from "../../core.ts";
import { EngineError } from "../../errors.ts";
import type { MadeFile } from "../../ports.ts";
import { FileError } from "../../ports.ts";
import type { ArchiveJob, ArchiveKind, OpenArchiveWords } from "../api.ts";
import type { Cursor } from "./records.ts";
import { BEGINNING, nextChunk, totalsOf } from "./records.ts";
import { decodeSeal, encodeSeal } from "./archive-seal.ts";

type JobRow = {
  id: string;
  kind: ArchiveKind;
  state: ArchiveJob["state"];
  reason: ArchiveJob["reason"];
  file: string;
  seal: Bytes | null;
  words: string;
  chunks: number;
  bytes: number;
  cursor: string | null;
  done: number;
  total: number;
};

export type ArchiveJobs = {
  make(
    wanted:
      | { kind: "sealed"; passphrase: string }
      | { kind: "open"; words: OpenArchiveWords; content?: boolean | undefined },
  ): Promise<{ id: string }>;
  goOn(): Promise<void>;
  drop(): Promise<void>;
  /** Takes up what a former run left. */
  start(): void;
  /** Resolves when nothing of it runs any more; what is made stays. */
  stop(): Promise<void>;
};

/** Shorter ones can be guessed: whoever has the file has all the time for it. */
const SHORTEST = 12;
const MADE = /\.(?:baraza|zip)$/;

export function createArchiveJobs(core: Core, cost?: ArchiveCost): ArchiveJobs {
  let stopping = false;
  let running: Promise<void> = Promise.resolve();

  function run(): void {
    stopping = false;
    running = running
      .then(() => work(core, () => stopping))
      .catch((error: unknown) => {
        core.report(error);
      });
  }
  async function stop(): Promise<void> {
    stopping = true;
    await running;
  }
  async function clear(): Promise<void> {
    await stop();
    await core.store.run("DELETE FROM archive_jobs");
    // Chunks of files lie there, too.
    for (const name of await core.platform.files.list())
      if (MADE.test(name)) await core.platform.files.remove(name);
  }

  return {
    async make(wanted) {
      core.me();
      const seal = wanted.kind === "sealed" ? await sealFor(wanted.passphrase, cost) : null;
      await clear();
      const id = seal === null ? toHex(randomBytes(8)) : seal.name;
      const { events } = await totalsOf(core);
      await core.store.run(
        `INSERT INTO archive_jobs (one, id, kind, state, file, seal, words, cursor, total)
         VALUES (1, ?, ?, 'running', ?, ?, ?, ?, ?)`,
        [
          id,
          wanted.kind,
          `${id}.${wanted.kind === "sealed" ? "baraza" : "zip"}`,
          seal?.stored ?? null,
          wanted.kind === "open"
            ? JSON.stringify({ words: wanted.words, content: wanted.content ?? true })
            : "",
          JSON.stringify(BEGINNING),
          events,
        ],
      );
      run();
      return { id };
    },
    async goOn() {
      await stop();
      await core.store.run(
        "UPDATE archive_jobs SET state = 'running', reason = NULL WHERE state = 'failed'",
      );
      run();
    },
    drop: clear,
    start: run,
    stop,
  };
}

/** The job for a screen. */
export async function archiveJob(core: Core): Promise<ArchiveJob | null> {
  const row = await core.store.get<JobRow>("SELECT * FROM archive_jobs");
  if (row === undefined) return null;
  const { id, kind, state, reason, done, total, bytes, file } = row;
  return { id, kind, state, reason, done, total, bytes, file };
}

async function sealFor(
  passphrase: string,
  cost?: ArchiveCost,
): Promise<{ name: string; stored: Bytes }> {
  if (passphrase.normalize("NFKC").trim().length < SHORTEST) throw new EngineError("too_weak");
  const { createArchive } = await import("@baraza/crypto/archive");
  const seal = await createArchive(passphrase, cost);
  return { name: toHex(seal.id), stored: encodeSeal(seal) };
}

/** Goes on with the job that is under way, until it is ready, fails or has to stop. */
async function work(core: Core, stopping: () => boolean): Promise<void> {
  const row = await core.store.get<JobRow>("SELECT * FROM archive_jobs WHERE state = 'running'");
  if (row === undefined || !core.signedIn() || stopping()) return;
  let file: MadeFile | null = null;
  try {
    file = await core.platform.files.open(row.file);
    await (row.kind === "sealed" ? sealed : open)(core, row, file, stopping);
  } catch (error) {
    const { reason, mine } = why(error);
    if (!mine) core.report(error);
    await core.store.run("UPDATE archive_jobs SET state = 'failed', reason = ? WHERE id = ?", [
      reason,
      row.id,
    ]);
  } finally {
    await file?.close();
  }
}

function why(error: unknown): { reason: ArchiveJob["reason"]; mine: boolean } {
  if (error instanceof FileError) return { reason: error.code, mine: true };
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "offline") return { reason: "offline", mine: true };
  if (error instanceof RangeError) return { reason: "too_large", mine: true };
  return code === "store_full"
    ? { reason: "disk_full", mine: true }
    : { reason: "failed", mine: false };
}

async function sealed(
  core: Core,
  row: JobRow,
  file: MadeFile,
  stopping: () => boolean,
): Promise<void> {
  const { sealArchiveChunk } = await import("@baraza/crypto/archive");
  if (row.seal === null) throw new EngineError("invalid");
  const seal = decodeSeal(row.seal);
  const totals = await totalsOf(core);
  let { chunks, bytes, done } = row;
  let cursor = row.cursor === null ? null : (JSON.parse(row.cursor) as Cursor);
  if (bytes === 0) {
    await file.write(0, seal.head);
    bytes = seal.head.length;
  }
  while (cursor !== null) {
    if (stopping()) return;
    const { records, next, events } = await nextChunk(core, cursor, totals);
    const frame = await sealArchiveChunk(seal, chunks, next === null, encodeCbor(records));
    await file.write(bytes, frame);
    chunks += 1;
    bytes += frame.length;
    done += events;
    cursor = next;
    if (next === null) await file.cut(bytes);
    await core.store.run(
      "UPDATE archive_jobs SET chunks = ?, bytes = ?, cursor = ?, done = ?, state = ? WHERE id = ?",
      [
        chunks,
        bytes,
        next === null ? null : JSON.stringify(next),
        done,
        next === null ? "ready" : "running",
        row.id,
      ],
    );
  }
}

const NOTE_BYTES = 256 * 1024;

async function open(
  core: Core,
  row: JobRow,
  file: MadeFile,
  stopping: () => boolean,
): Promise<void> {
  const { openArchive } = await import("./open-archive.ts");
  await file.cut(0);
  let at = 0;
  const { words, content } = JSON.parse(row.words) as { words: OpenArchiveWords; content: boolean };
  let noted = 0;
  for await (const { bytes, done } of openArchive(core, words, content)) {
    if (stopping()) return;
    await file.write(at, bytes);
    at += bytes.length;
    // A note costs the disk a flush: not for every piece.
    if (at - noted < NOTE_BYTES) continue;
    noted = at;
    await core.store.run("UPDATE archive_jobs SET bytes = ?, done = ? WHERE id = ?", [
      at,
      done,
      row.id,
    ]);
  }
  await core.store.run(
    "UPDATE archive_jobs SET state = 'ready', done = total, bytes = ? WHERE id = ?",
    [at, row.id],
  );
}

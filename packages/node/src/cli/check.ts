/** `check`: whether what a node keeps is whole. It reads everything, changes nothing, and may run beside the node. */
import { readFile } from "node:fs/promises";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, entryHeader, equalBytes, readAs, LIMITS, toHex } from "@baraza/protocol";
import { genesisHead, logIdOf, nextHead, sha256 } from "../crypto-fast.ts";
import { blobsDir, databasePath, secretsPath } from "../data-dir.ts";
import { chunkPath } from "../services/blobs/files.ts";
import type { Db } from "../store/sqlite/database.ts";
import { openDatabase } from "../store/sqlite/database.ts";
import { CommandError } from "./errors.ts";

/** More problems than this are not told one by one. */
const TOLD = 50;

/**
 * Checks a data directory: SQLite's own checks, every log's chain of heads from its genesis on, the hash of every body
 * that is kept, every chunk's file and hash, and the secrets.
 * @returns sentences, none when all is well. @throws CommandError when there is no node.
 */
export async function checkNode(dataDir: string): Promise<string[]> {
  const problems: string[] = [];
  await readFile(secretsPath(dataDir))
    .then(decodeCbor)
    .catch(() => {
      problems.push("The file of secrets is missing or damaged.");
    });
  const db = openForCheck(dataDir);
  try {
    // One read transaction: a node that runs meanwhile does not change what is looked at.
    db.exec("BEGIN");
    problems.push(...checkDatabase(db));
    if (problems.length === 0) {
      for (const log of db.all<LogState>(
        "SELECT log, log_id AS logId, genesis, seq, head FROM logs WHERE deleted = 0",
      ))
        problems.push(...checkLog(db, log));
      problems.push(...(await checkChunks(db, dataDir)));
    }
    db.exec("COMMIT");
  } finally {
    db.close();
  }
  return problems.length > TOLD
    ? [...problems.slice(0, TOLD), `And ${problems.length - TOLD} more.`]
    : problems;
}

type LogState = { log: number; logId: Bytes; genesis: Bytes; seq: number; head: Bytes };
type Entry = { id: number; header: Bytes; sigs: Bytes; body: Bytes };

function openForCheck(dataDir: string): Db {
  try {
    return openDatabase(databasePath(dataDir), { readOnly: true });
  } catch (cause) {
    throw new CommandError(`There is no node in ${dataDir}.`, { cause });
  }
}

function checkDatabase(db: Db): string[] {
  try {
    const rows = db.all<{ integrity_check: string }>("PRAGMA integrity_check(10)");
    const first = rows[0]?.integrity_check;
    if (first !== "ok") return [`The database is damaged: ${first ?? "no answer"}.`];
    if (db.all("PRAGMA foreign_key_check").length > 0)
      return ["The database names rows that are not there."];
    return [];
  } catch {
    return ["The database is damaged and cannot be read."];
  }
}

/** Rows of log_entries have `log * 2^30 + seq` as their number. */
const PER_LOG = 2 ** 30;
const AT_ONCE = 500;

function checkLog(db: Db, { log, logId, genesis, seq, head }: LogState): string[] {
  const which = `The log ${toHex(logId).slice(0, 8)}`;
  if (!equalBytes(logIdOf(genesis), logId)) return [`${which} has another genesis.`];
  let at = 0;
  let running = genesisHead(genesis);
  for (;;) {
    const entries = db.all<Entry>(
      "SELECT id, header, sigs, body FROM log_entries WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
      log * PER_LOG + at,
      (log + 1) * PER_LOG,
      AT_ONCE,
    );
    for (const entry of entries) {
      at += 1;
      if (entry.id !== log * PER_LOG + at) return [`${which} lacks entry ${at}.`];
      running = nextHead(running, at, entry.header, entry.sigs);
      if (!bodyFits(entry)) return [`${which} has a damaged body in entry ${at}.`];
    }
    if (entries.length < AT_ONCE) break;
  }
  if (at !== seq) return [`${which} has ${at} entries and should have ${seq}.`];
  return equalBytes(running, head) ? [] : [`${which} does not lead to its head.`];
}

/** A body that retention has dropped is empty. */
function bodyFits({ header, body }: Entry): boolean {
  try {
    const { bodyHash, bodyLen } = readAs(entryHeader, header, LIMITS.headerBytes);
    return (body.length === 0 && bodyLen > 0) || equalBytes(sha256(body), bodyHash);
  } catch {
    return false;
  }
}

async function checkChunks(db: Db, dataDir: string): Promise<string[]> {
  const problems: string[] = [];
  const blobs = blobsDir(dataDir);
  let after: Uint8Array = new Uint8Array();
  for (;;) {
    const chunks = db.all<{ file: Bytes; size: number; hash: Bytes; referenced: number }>(
      `SELECT file, size, hash, refs > 0 AS referenced FROM blob_chunks JOIN blobs USING (blob)
       WHERE file > ? ORDER BY file LIMIT ?`,
      after,
      AT_ONCE,
    );
    for (const { file, hash, referenced } of chunks) {
      after = file;
      const bytes = await readFile(chunkPath(blobs, file)).catch(() => null);
      // One that nothing names may have been collected since the look into the database.
      if (bytes === null && referenced === 1) problems.push(`The file ${toHex(file)} is missing.`);
      if (bytes !== null && !equalBytes(sha256(bytes), hash))
        problems.push(`The file ${toHex(file)} is damaged.`);
    }
    if (chunks.length < AT_ONCE) return problems;
  }
}

/**
 * `backup`: everything of a node in one tar file of mode 0600, while the node runs.
 *
 * [Note: What makes a backup whole] SQLite gives a copy of one moment. Right after, the chunks that its rows name get
 * second names (hard links), so that collecting garbage cannot take them away while they are copied. A chunk that went
 * in between belonged to a blob that nothing named: the copy forgets it.
 */
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { link, mkdir, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Bytes } from "@baraza/protocol";
import { toHex } from "@baraza/protocol";
import { blobsDir, databasePath, secretsPath } from "../data-dir.ts";
import { syncDirectory } from "../secrets.ts";
import { chunkPath } from "../services/blobs/files.ts";
import { openDatabase } from "../store/sqlite/database.ts";
import { CommandError } from "./errors.ts";
import { appendFile, finish } from "./tar.ts";

/** Names in the archive. */
export const ARCHIVE = {
  about: "baraza-backup.json",
  database: "store.sqlite",
  secrets: "secrets",
};
export const BACKUP_FORMAT = 1;

/** What stands at the beginning of a backup. */
export type About = { format: typeof BACKUP_FORMAT; node: string; time: number; version: string };

/**
 * Writes a backup. @returns how many bytes it has.
 * @throws CommandError when there is nothing to back up, the file exists, or a chunk that an entry names is missing.
 */
export async function backup(options: {
  dataDir: string;
  to: string;
  about: About;
}): Promise<number> {
  const { dataDir, about } = options;
  const to = resolve(options.to);
  await readable(databasePath(dataDir), `There is no node in ${dataDir}.`);
  const part = await openNew(`${to}.part`, to);
  const work = await mkdtemp(join(dataDir, "backup-"));
  try {
    const database = join(work, "copy");
    copyDatabase(databasePath(dataDir), database);
    const chunks = await linkChunks(blobsDir(dataDir), work, database);
    const text = Buffer.from(`${JSON.stringify(about, null, 2)}\n`);
    await appendFile(part, ARCHIVE.about, text.length, once(text));
    await appendWhole(part, ARCHIVE.secrets, secretsPath(dataDir));
    await appendWhole(part, ARCHIVE.database, database);
    for (const { name, path } of chunks) await appendWhole(part, name, path);
    await finish(part);
    await part.sync();
    const { size } = await part.stat();
    await part.close();
    await rename(`${to}.part`, to);
    await syncDirectory(dirname(to));
    return size;
  } catch (cause) {
    await part.close();
    await rm(`${to}.part`, { force: true });
    throw cause;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function openNew(path: string, final: string): Promise<FileHandle> {
  const exists = await stat(final).then(
    () => true,
    () => false,
  );
  if (exists) throw new CommandError(`${final} exists already; it was not touched.`);
  await rm(path, { force: true });
  return open(path, "wx", 0o600).catch((cause: unknown) => {
    throw new CommandError(`${path} cannot be written.`, { cause });
  });
}

async function readable(path: string, message: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    throw new CommandError(message, { cause });
  });
}

function copyDatabase(from: string, to: string): void {
  const db = openDatabase(from, { readOnly: true });
  try {
    db.run("VACUUM INTO ?", to);
  } finally {
    db.close();
  }
}

/** Second names for all chunks that the copy names, in the order in which they are archived. */
async function linkChunks(
  from: string,
  work: string,
  database: string,
): Promise<{ name: string; path: string }[]> {
  const chunks: { name: string; path: string }[] = [];
  const db = openDatabase(database);
  try {
    const rows = db.all<{ file: Bytes; referenced: number }>(
      "SELECT file, refs > 0 AS referenced FROM blob_chunks JOIN blobs USING (blob) ORDER BY file",
    );
    const blobs = join(work, "blobs");
    await mkdir(blobs);
    for (const { file, referenced } of rows) {
      const text = toHex(file);
      const path = join(blobs, text);
      try {
        await link(chunkPath(from, file), path);
        chunks.push({ name: `blobs/${text.slice(0, 2)}/${text}`, path });
      } catch (cause) {
        if (referenced === 1)
          throw new CommandError(`The file ${text} is missing, though an entry needs it.`, {
            cause,
          });
        db.run(
          `UPDATE blobs SET stored_chunks = stored_chunks - 1,
             stored_bytes = stored_bytes - (SELECT size FROM blob_chunks WHERE file = ?1)
           WHERE blob = (SELECT blob FROM blob_chunks WHERE file = ?1)`,
          file,
        );
        db.run("DELETE FROM blob_chunks WHERE file = ?", file);
      }
    }
    db.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
  } finally {
    db.close();
  }
  return chunks;
}

async function appendWhole(to: FileHandle, name: string, path: string): Promise<void> {
  const { size } = await stat(path);
  await appendFile(to, name, size, createReadStream(path) as AsyncIterable<Uint8Array>).catch(
    (cause: unknown) => {
      throw new CommandError(`${basename(path)} could not be copied.`, { cause });
    },
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

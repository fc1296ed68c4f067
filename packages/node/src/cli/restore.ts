/** `restore`: a node from a backup, into an empty data directory, checked before it is put in place. */
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { blobsDir, databasePath, restoringDir, secretsPath } from "../data-dir.ts";
import { syncDirectory } from "../secrets.ts";
import { RESTORED_AT } from "../store/sqlite/admin.ts";
import { openDatabase } from "../store/sqlite/database.ts";
import type { About } from "./backup.ts";
import { ARCHIVE, BACKUP_FORMAT } from "./backup.ts";
import { checkNode } from "./check.ts";
import { CommandError } from "./errors.ts";
import type { TarEntry } from "./tar.ts";
import { readEntries, TarError } from "./tar.ts";

const CHUNK = /^blobs\/([0-9a-f]{2})\/\1[0-9a-f]{30}$/;
const about = v.object({
  format: v.literal(BACKUP_FORMAT),
  node: v.string(),
  time: v.number(),
  version: v.string(),
});

/**
 * Restores a backup. The node keeps its name and keys; what was written after the backup is gone here, and clients
 * notice that by the heads of their logs. `endSessions` signs everybody out.
 * @throws CommandError when the directory is not empty, or the backup is damaged: then nothing is left behind.
 */
export async function restore(options: {
  from: string;
  dataDir: string;
  now: number;
  endSessions: boolean;
}): Promise<About> {
  const { from, dataDir, now, endSessions } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if ((await readdir(dataDir)).length > 0)
    throw new CommandError(`${dataDir} is not empty; nothing was changed.`);
  // A node does not start while this directory is there.
  const work = restoringDir(dataDir);
  await mkdir(work, { mode: 0o700 });
  await syncDirectory(dataDir);
  try {
    const found = await unpack(from, work);
    mark(work, now, endSessions);
    const problems = await checkNode(work);
    if (problems.length > 0) throw new CommandError(`The backup is damaged. ${problems.join(" ")}`);
    await syncDirectory(work);
    for (const path of [blobsDir, secretsPath, databasePath])
      await rename(path(work), path(dataDir));
    await syncDirectory(dataDir);
    return found;
  } finally {
    await rm(work, { recursive: true, force: true });
    await syncDirectory(dataDir);
  }
}

async function unpack(from: string, work: string): Promise<About> {
  const file = await open(from, "r").catch((cause: unknown) => {
    throw new CommandError(`${from} cannot be read.`, { cause });
  });
  let found: About | undefined;
  const directories = new Set([work, blobsDir(work)]);
  await mkdir(blobsDir(work), { mode: 0o700 });
  try {
    for await (const entry of readEntries(file)) {
      if (found === undefined) {
        found = await readAbout(entry);
        continue;
      }
      const path = placeOf(entry.name, work);
      const directory = dirname(path);
      if (!directories.has(directory)) {
        await mkdir(directory, { mode: 0o700 });
        directories.add(directory);
      }
      await writeEntry(path, entry);
    }
  } catch (cause) {
    if (cause instanceof TarError) throw new CommandError(cause.message, { cause });
    throw cause;
  } finally {
    await file.close();
  }
  for (const directory of directories) await syncDirectory(directory);
  if (found === undefined) throw new CommandError(`${from} is empty.`);
  return found;
}

async function readAbout({ name, size, content }: TarEntry): Promise<About> {
  if (name !== ARCHIVE.about || size > 4096)
    throw new CommandError("The file is not a backup of a Baraza node.");
  let text = "";
  for await (const piece of content) text += Buffer.from(piece).toString("utf8");
  try {
    return v.parse(about, JSON.parse(text));
  } catch (cause) {
    throw new CommandError("The backup was made by a version that this one does not know.", {
      cause,
    });
  }
}

/** Only names that a backup has: an archive from elsewhere writes nowhere else. */
function placeOf(name: string, work: string): string {
  if (name === ARCHIVE.database) return databasePath(work);
  if (name === ARCHIVE.secrets) return secretsPath(work);
  if (CHUNK.test(name)) return join(work, name);
  throw new CommandError("The backup holds a file that does not belong in one.");
}

async function writeEntry(path: string, { content }: TarEntry): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const piece of content) await file.write(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

function mark(work: string, now: number, endSessions: boolean): void {
  let db;
  try {
    db = openDatabase(databasePath(work));
    db.run(
      "INSERT INTO node_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      RESTORED_AT,
      now,
    );
    // A setup link that was good then would be a surprise now.
    db.run("DELETE FROM node_settings WHERE name IN ('setupHash', 'setupExpires')");
    if (endSessions) db.run("DELETE FROM sessions");
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (cause) {
    throw new CommandError("The backup is damaged: its database cannot be opened.", { cause });
  } finally {
    db?.close();
  }
}

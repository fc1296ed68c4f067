/**
 * For tests: a disk that forgets what was not synced, since a kill alone cannot show a missing fsync (the system still
 * has the written pages). See shim.c for how. It covers the content and the size of files; that a new name in a
 * directory may be lost too, it does not show. Needs Linux and a C compiler.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

export type FaultyDisk = {
  /** For a process whose files in `dir` are to be forgotten. */
  env: Record<string, string>;
  /** To be called when the process is dead: puts files back to what was synced. @returns how many writes were lost. */
  cutPower(): Promise<number>;
};

/** `cc` where there is one; null else. */
export async function findCompiler(): Promise<string | null> {
  for (const name of ["cc", "gcc", "clang"]) {
    const found = await run(name, ["--version"]).then(
      () => true,
      () => false,
    );
    if (found) return name;
  }
  return null;
}

/** Builds the shim into `work` and keeps its journals there. `lies`: syncs do nothing, to see that a check can fail. */
export async function faultyDisk(options: {
  dir: string;
  work: string;
  compiler: string;
  lies?: boolean;
}): Promise<FaultyDisk> {
  const { dir, work, compiler, lies = false } = options;
  const journal = join(work, "journal");
  const library = join(work, "shim.so");
  await mkdir(journal, { recursive: true });
  const source = fileURLToPath(new URL("./shim.c", import.meta.url));
  await run(compiler, ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"]);
  return {
    env: {
      LD_PRELOAD: library,
      FAULTY_DIR: dir,
      FAULTY_JOURNAL: journal,
      FAULTY_LIES: lies ? "1" : "0",
    },
    cutPower: async () => {
      let lost = 0;
      for (const path of await filesUnder(dir)) {
        const { ino } = await stat(path);
        lost += await undo(path, join(journal, String(ino)));
      }
      await rm(journal, { recursive: true });
      await mkdir(journal);
      return lost;
    },
  };
}

async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const HEAD = 24;

/** Newest first, every write since the last sync is taken back. */
async function undo(path: string, journal: string): Promise<number> {
  // SQLite's index of the log is shared memory: after a power cut it is made anew.
  if (path.endsWith("-shm")) {
    await rm(path);
    return 0;
  }
  const bytes = await readFile(journal).catch(() => Buffer.alloc(0));
  const records: { offset: number; size: number; old: Buffer }[] = [];
  for (let at = 0; at + HEAD <= bytes.length;) {
    const [offset, size, length] = [0, 8, 16].map((part) =>
      Number(bytes.readBigInt64LE(at + part)),
    ) as [number, number, number];
    if (at + HEAD + length > bytes.length) break;
    records.push({ offset, size, old: bytes.subarray(at + HEAD, at + HEAD + length) });
    at += HEAD + length;
  }
  const file = await open(path, "r+");
  try {
    for (const { offset, size, old } of records.toReversed()) {
      if (old.length > 0) await file.write(old, 0, old.length, offset);
      await file.truncate(size);
    }
  } finally {
    await file.close();
  }
  return records.length;
}

/**
 * Builds the web app if what it is made of has changed since the last time: a stamp in `dist` holds
 * a hash over the sources, the lock file and the runtime's version.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./lib/exec.ts";
import { exists, pathsBelow, root } from "./lib/files.ts";

/** Where the built app lies, from the root. */
export const appFolder = "packages/web/dist";

const stamp = join(root, ".cache/web-build");
const sources = ["protocol", "crypto", "engine", "web"].map((name) => `packages/${name}`);

export interface Build {
  readonly ok: boolean;
  /** Whether it was built now; false when it was up to date. */
  readonly fresh: boolean;
  readonly output: string;
}

/** Builds the app, or finds it up to date. */
export async function buildWeb(): Promise<Build> {
  const hash = hashOfSources();
  if (exists(`${appFolder}/index.html`) && readStamp() === hash) {
    return { ok: true, fresh: false, output: "" };
  }
  rmSync(stamp, { force: true });
  const args = ["build", "--config", "packages/web/vite.config.ts", "--logLevel", "warn"];
  const { ok, output } = await run("vite", args, { NODE_ENV: "production" });
  if (ok) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, hash);
  }
  return { ok, fresh: true, output };
}

function readStamp(): string | undefined {
  return exists(".cache/web-build") ? readFileSync(stamp, "utf8") : undefined;
}

function hashOfSources(): string {
  const hash = createHash("sha256").update(process.version);
  const paths = sources.flatMap((folder) => pathsBelow(folder));
  for (const path of [...paths, "package-lock.json", "tsconfig.base.json"]) {
    if (/\.test\.tsx?$/.test(path)) continue;
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

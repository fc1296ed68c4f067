/**
 * Completes package-lock.json after `npm install` with the optional packages that the registry in
 * use does not have. Without them `npm ci` calls the file out of date. See docs/dependencies.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./lib/files.ts";

/** An entry of the lock file, as far as it is read here. */
export interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly engines?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly [other: string]: unknown;
}

/** Packages by their place, as in the lock file's `packages`. */
export type LockEntries = Record<string, LockEntry>;

/** The optional packages that entries ask for and that have no entry, with what asks for them. */
export function missingOptional(
  packages: LockEntries,
): { place: string; version: string; by: LockEntry }[] {
  return Object.entries(packages).flatMap(([owner, by]) =>
    Object.entries(by.optionalDependencies ?? {})
      .map(([name, version]) => ({ place: `node_modules/${name}`, version, by }))
      .filter(({ place }) => !(place in packages) && !(`${owner}/${place}` in packages)),
  );
}

/** The entries with those added that are missing; their names say which machine they are for. */
export function completed(packages: LockEntries): LockEntries {
  const added = missingOptional(packages).map(({ place, version, by }) => {
    const [os = "", cpu = "", libc = ""] = place
      .replace(/^.*\/(?:binding-|canvas-)?/, "")
      .split("-");
    const entry: LockEntry = {
      version,
      cpu: [cpu],
      ...(by.dev === true ? { dev: true } : {}),
      ...(libc.startsWith("musl") ? { libc: ["musl"] } : {}),
      ...(os === "linux" && libc.startsWith("gnu") ? { libc: ["glibc"] } : {}),
      ...(by.license === undefined ? {} : { license: by.license }),
      optional: true,
      os: [os],
      ...(by.engines === undefined ? {} : { engines: by.engines }),
    };
    return [place, entry] as const;
  });
  const all = [...Object.entries(packages), ...added];
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

if (import.meta.main) {
  const lock = readJson<{ packages: LockEntries }>("package-lock.json");
  const text = JSON.stringify({ ...lock, packages: completed(lock.packages) }, null, 2);
  writeFileSync(join(root, "package-lock.json"), `${text}\n`);
}

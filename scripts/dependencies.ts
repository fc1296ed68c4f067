/**
 * Every dependency is pinned to one version, has its reason in docs/dependencies.md, and it and all
 * that it brings along carry a licence that may be combined with AGPL-3.0-or-later.
 */
import { exists, pathsBelow, readJson, readText } from "./lib/files.ts";
import { type LockEntries, missingOptional } from "./lock.ts";

interface Manifest {
  readonly name?: string;
  readonly license?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

/** Licences (SPDX) whose works may become part of one under AGPL-3.0-or-later. */
const compatible = new Set([
  "0BSD",
  "AGPL-3.0-only",
  "AGPL-3.0-or-later",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-4.0",
  "CC0-1.0",
  "GPL-3.0-only",
  "GPL-3.0-or-later",
  "ISC",
  "LGPL-3.0-or-later",
  "MIT",
  "MPL-2.0",
  "Python-2.0",
  "Unicode-3.0",
  "Unlicense",
  "Zlib",
]);

/** A direct dependency, where it is asked for and as what. */
export interface Asked {
  readonly name: string;
  readonly range: string;
  readonly by: string;
}

/** What every package.json of the repository asks for from elsewhere. */
export function askedFor(): Asked[] {
  return pathsBelow()
    .filter((path) => /(?:^|\/)package\.json$/.test(path))
    .flatMap((by) => {
      const manifest = readJson<Manifest>(by);
      const all = {
        ...manifest.peerDependencies,
        ...manifest.optionalDependencies,
        ...manifest.devDependencies,
        ...manifest.dependencies,
      };
      return Object.entries(all).map(([name, range]) => ({ name, range, by }));
    })
    .filter(({ name }) => !name.startsWith("@baraza/"));
}

/** The faults of the dependencies as they are asked for, explained and installed. */
export function checkDependencies(): string[] {
  const asked = askedFor();
  const { packages } = readJson<{ packages: LockEntries }>("package-lock.json");
  return [
    ...pinFaults(asked),
    ...reasonFaults(asked, readText("docs/dependencies.md")),
    ...lockFaults(asked, packages, licenceInstalled),
  ];
}

/** Ranges instead of versions, and two versions of one thing. */
export function pinFaults(asked: readonly Asked[]): string[] {
  const versions = new Map<string, Asked>();
  return asked.flatMap((one) => {
    const { name, range, by } = one;
    const first = versions.get(name) ?? one;
    versions.set(name, first);
    if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(range)) {
      return [`${by}: ${name} is asked for as "${range}"; pin one version`];
    }
    if (first.range === range) return [];
    return [`${by}: ${name} is ${range} here and ${first.range} in ${first.by}`];
  });
}

/**
 * Dependencies without a row in the tables of docs/dependencies.md, rows without a dependency, and
 * rows that name another version. A row is `| name | version | reason … |`.
 */
export function reasonFaults(asked: readonly Asked[], document: string): string[] {
  const rows = new Map<string, { version: string; reason: string }>();
  for (const [, name = "", version = "", reason = ""] of document.matchAll(
    /^\| `([^`]+)` *\| ([^|]*?) *\| ([^|]*?) *\|/gm,
  )) {
    rows.set(name, { version, reason });
  }
  const names = new Set(asked.map(({ name }) => name));
  const missing = asked.flatMap(({ name, range, by }) => {
    const row = rows.get(name);
    if (row === undefined) return [`docs/dependencies.md: ${name} (${by}) has no row`];
    if (row.reason === "") return [`docs/dependencies.md: ${name} has no reason`];
    if (row.version === range) return [];
    return [`docs/dependencies.md: ${name} is ${range} in ${by}, not ${row.version}`];
  });
  const left = [...rows.keys()].filter((name) => !names.has(name));
  return [
    ...new Set([
      ...missing,
      ...left.map((name) => `docs/dependencies.md: nothing depends on ${name}`),
    ]),
  ];
}

/**
 * What is wrong with what is locked: another version than asked for, an unsuitable licence, a named
 * host, a script that wants to run, and platforms left out.
 */
export function lockFaults(
  asked: readonly Asked[],
  packages: LockEntries,
  installedLicence: (place: string) => string | undefined,
): string[] {
  const direct = asked.flatMap(({ name, range, by }) => {
    const version = packages[`node_modules/${name}`]?.version;
    return version === range
      ? []
      : [`package-lock.json: ${name} is ${version}, not ${range} (${by})`];
  });
  const each = Object.entries(packages).flatMap(([place, entry]) => {
    if (!place.includes("node_modules/") || entry["link"] === true) return [];
    const licence = installedLicence(place) ?? entry.license ?? "(none)";
    return [
      isCompatible(licence)
        ? ""
        : `${place}: its licence ${licence} is not known to go with AGPL-3.0-or-later`,
      entry["resolved"] === undefined ? "" : `package-lock.json: ${place} names a host; see .npmrc`,
      entry["hasInstallScript"] === true
        ? `${place} wants to run a script when installed; none is run`
        : "",
    ].filter((fault) => fault !== "");
  });
  const lacking = missingOptional(packages).map(
    ({ place }) => `package-lock.json: ${place} is missing; run "node scripts/lock.ts"`,
  );
  return [...direct, ...each, ...lacking];
}

/** Whether an SPDX expression offers a compatible licence: one of `OR`, all of `AND`. */
export function isCompatible(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, "");
  return bare
    .split(" OR ")
    .some((option) => option.split(" AND ").every((part) => compatible.has(part.trim())));
}

function licenceInstalled(place: string): string | undefined {
  if (!exists(`${place}/package.json`)) return undefined;
  return readJson<Manifest>(`${place}/package.json`).license;
}

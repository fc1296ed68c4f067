/**
 * What the app weighs on the wire, gzip: the script of the first screen, each further chunk, and
 * everything that a first visit loads. A phone on 400 kbit/s takes a second for each 50 KiB.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";
import { atFirst, chunkOf, scriptsOfPage, whatCanWait } from "../packages/web/build/rest.ts";
import { languages } from "../packages/web/src/i18n/languages.ts";
import { appFolder } from "./build.ts";
import { exists, root } from "./lib/files.ts";

const KiB = 1024;

/** The limits, in bytes after gzip. */
export const budgets = { first: 70 * KiB, total: 900 * KiB, chunk: 50 * KiB } as const;

/** Chunks (without their hash) that may weigh more, how much, and why. */
const heavierChunks: Record<string, { limit: number; why: string }> = {
  "engine-worker": {
    limit: 170 * KiB,
    why: "the engine with MLS and the post-quantum suite; a worker loads it while one types",
  },
  "engine-pdf": {
    limit: 560 * KiB,
    why: "pdf.js with its parser; fetched with the first PDF that somebody puts in or opens, never ahead",
  },
};

/** Pictures that a browser fetches when somebody installs the app, and not before. */
const forInstalling: ReadonlySet<string> = new Set(["icon-512.png", "icon-maskable-512.png"]);

/** What was measured, in bytes after gzip. */
export interface Sizes {
  /** The entry script, all that it imports before it runs, and what the page preloads. */
  readonly first: number;
  /**
   * All files that a first visit ends up with: the service worker fetches the whole app, in one language (the largest
   * counts), without the chunks that can wait for a later start.
   */
  readonly total: number;
  /** Each script that is not part of the first screen, by file name. */
  readonly chunks: ReadonlyMap<string, number>;
}

/** Measures a built app. Throws an `Error` if there is none. */
export function measure(folder: string = join(root, appFolder)): Sizes {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .map((entry) => posix.join(entry.parentPath.slice(folder.length + 1), entry.name));
  const weights = new Map(files.map((file) => [file, gzipSize(join(folder, file))]));
  const first = scriptsOfPage(folder);
  const canWait = whatCanWait(folder);
  const words = new Map<string, number>();
  for (const [file, weight] of weights) {
    const language = languageOf(file);
    if (language !== undefined) words.set(language, (words.get(language) ?? 0) + weight);
  }
  const [largest] = [...words].toSorted(byWeight)[0] ?? [];
  const isNeeded = (file: string): boolean =>
    !canWait(file) && !forInstalling.has(file) && (languageOf(file) ?? largest) === largest;
  const chunks = new Map(
    [...weights].filter(([file]) => file.endsWith(".js") && !first.has(file)).toSorted(byWeight),
  );
  return {
    first: sum([...first].map((file) => weights.get(file) ?? 0)),
    total: sum([...weights].filter(([file]) => isNeeded(file)).map(([, weight]) => weight)),
    chunks,
  };
}

/** The budgets that a built app breaks. */
export function checkSizes(): string[] {
  if (!exists("packages/web/vite.config.ts")) return [];
  if (!exists(`${appFolder}/index.html`)) return [`${appFolder}: there is no built app to weigh`];
  const built = new Set(readdirSync(join(root, appFolder, "assets")).map(chunkOf));
  const gone = atFirst.filter((name) => !built.has(name));
  return [
    ...sizeFaults(measure()),
    ...gone.map((name) => `packages/web/build/rest.ts names "${name}": there is no such chunk`),
  ];
}

/** The budgets that sizes break. */
export function sizeFaults({ first, total, chunks }: Sizes): string[] {
  const faults: string[] = [];
  const compare = (what: string, weight: number, limit: number): void => {
    if (weight > limit) faults.push(`${what} weighs ${kib(weight)}; the budget is ${kib(limit)}`);
  };
  if (first === 0) faults.push("The first screen has no script: nothing was measured");
  compare("The first screen's script", first, budgets.first);
  compare("All that a first visit loads", total, budgets.total);
  for (const [file, weight] of chunks) {
    compare(file, weight, heavierChunks[nameOf(file)]?.limit ?? budgets.chunk);
  }
  return faults;
}

/** The sizes as one line for the console. */
export function describeSizes({ first, total, chunks }: Sizes): string {
  const [heaviest] = chunks;
  const chunk = heaviest === undefined ? "" : `, heaviest chunk ${heaviest[0]} ${kib(heaviest[1])}`;
  return `first screen ${kib(first)}, all ${kib(total)}${chunk}`;
}

/** A chunk's name: `assets/opaque-Bx3_-d1f.js` is `opaque`. */
function nameOf(file: string): string {
  return chunkOf(posix.basename(file));
}

/** The language whose sentences a file holds; undefined for all others. */
function languageOf(file: string): string | undefined {
  return languages.find(({ code }) => file.startsWith(`assets/${code}-`))?.code;
}

function gzipSize(path: string): number {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

function byWeight(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function kib(bytes: number): string {
  return `${(bytes / KiB).toFixed(1)} KiB`;
}

if (import.meta.main) {
  const { chunks, ...sums } = measure();
  console.log(JSON.stringify({ ...sums, chunks: Object.fromEntries(chunks) }));
}

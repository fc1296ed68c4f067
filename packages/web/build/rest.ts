/**
 * Which files of the built app a first visit does not ask for: the service worker keeps them some time after a later start, so
 * that they are there offline too without making the first visit heavier. Nobody lists them. A chunk that is imported when
 * it is needed (`await import(…)`, `lazy(…)`) can wait, with whatever only such chunks use; what a first visit does import in
 * that way is named here. A test in a real browser (e2e/first-run.test.ts) fails when a first visit asks for anything else.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "vite";
import { languages } from "../src/i18n/languages.ts";

/**
 * Chunks that are imported when they are needed, and that is on a first visit: by their file's name, `engine-…` for those of the
 * engine. They come with all that they import themselves.
 */
export const atFirst: readonly string[] = [
  // Signing up and in, by a link too, and the first conversation with its people.
  "account",
  "join",
  "spaces",
  "conversation",
  "owner",
  "leading",
  // Passphrases, and the suite with post-quantum keys.
  "engine-opaque",
  "engine-esm",
  "engine-hpke",
  // What the engine looks at in its own time.
  "engine-journal",
  "engine-lead",
  "engine-marks-flow",
  "engine-follow",
  "engine-letters",
  "engine-look-up",
  "engine-mirrors-queries",
  "engine-marks-queries",
  "engine-told-floors",
  "engine-trust-work",
];

/** Areas whose sentences a first visit shows, beside those that belong to none. */
const areasAtFirst: readonly string[] = ["leading", "talk"];

/**
 * What draws PDFs, fetched with the first of them and kept from then on. It is not fetched ahead: it weighs as much as half of the
 * app, and whoever shares no PDF need not pay for it.
 */
const decoders: ReadonlySet<string> = new Set(["engine-pdf"]);

/** What pdf.js reads on demand (pdf-files-plugin.ts). */
const ofPdf = /^\/?pdf-[\d.]+\//;

/**
 * Looks through a built app.
 * @param folder where it lies, with its `index.html`
 * @returns a function that is true for the path of a file (`/assets/…`, with or without the slash) that can wait
 */
export function whatCanWait(folder: string): (path: string) => boolean {
  const first = filesAtFirst(folder);
  return (path) => {
    const file = path.replace(/^\//, "");
    return ofPdf.test(file) || (file.startsWith("assets/") && !first.has(file));
  };
}

/** True for the path of a file that is never fetched ahead. */
export function onlyWhenAsked(path: string): boolean {
  return ofPdf.test(path) || decoders.has(chunkOf(posix.basename(path)));
}

/** A built file's name without its hash: `opaque-Bx3_-d1f.js` is `opaque`. */
export function chunkOf(file: string): string {
  return file.replace(/-[\w-]{8}\.\w+$/, "");
}

/** The scripts that the page names, and what they import before they run, as paths in the app. */
export function scriptsOfPage(folder: string): Set<string> {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const named = [...page.matchAll(/<(?:script|link)\b[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => tag.startsWith("<script") || /\brel="?modulepreload\b/.test(tag))
    .map((tag) => /\b(?:src|href)="?\/?([^"\s>]+\.js)/.exec(tag)?.[1])
    .filter((file) => file !== undefined);
  return withImports(folder, named, ({ imported }) => imported);
}

/** All files below `assets/` that a first visit may ask for, in any language. */
function filesAtFirst(folder: string): Set<string> {
  const assets = readdirSync(join(folder, "assets")).map((name) => `assets/${name}`);
  const wanted = new Set([
    ...atFirst,
    ...languages.flatMap(({ code }) => [code, ...areasAtFirst.map((area) => `${code}-${area}`)]),
  ]);
  const found = withImports(
    folder,
    [
      ...scriptsOfPage(folder),
      ...assets.filter((file) => file.endsWith(".js") && wanted.has(nameOf(file))),
    ],
    ({ imported, started }) => [...imported, ...started],
  );
  // The bundler names a stylesheet after the chunk that it belongs to.
  const names = new Set([...found].map(nameOf));
  for (const file of assets) if (file.endsWith(".css") && names.has(nameOf(file))) found.add(file);
  return found;
}

interface Uses {
  /** What it imports before it runs. */
  readonly imported: readonly string[];
  /** Workers that it starts, and other files that it names by their whole path. */
  readonly started: readonly string[];
}

function withImports(
  folder: string,
  from: readonly string[],
  follow: (uses: Uses) => readonly string[],
): Set<string> {
  const wanted = [...from];
  const found = new Set<string>();
  while (wanted.length > 0) {
    const file = wanted.pop();
    if (file === undefined || found.has(file)) continue;
    found.add(file);
    if (file.endsWith(".js")) wanted.push(...follow(usesOf(folder, file)));
  }
  return found;
}

function usesOf(folder: string, file: string): Uses {
  const code = readFileSync(join(folder, file), "utf8");
  const { module } = parseSync(file, code);
  const imported = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map(({ moduleRequest }) => moduleRequest?.value),
    ),
  ]
    .filter((specifier) => specifier !== undefined)
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith("/"))
    .map((specifier) => posix.join("/", posix.dirname(file), specifier).slice(1));
  const started = [...code.matchAll(/\/(assets\/[\w.-]+\.\w+)/g)]
    .map(([, path]) => path ?? "")
    .filter((path) => existsSync(join(folder, path)));
  return { imported, started };
}

function nameOf(file: string): string {
  return chunkOf(posix.basename(file));
}

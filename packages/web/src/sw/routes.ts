/** How the service worker answers a request; pure, so that it can be tested without one. */
import { CONTENT_PATH } from "../content/messages.ts";

export interface Precache {
  /** Changes whenever any file does. */
  version: string;
  /** Paths that every visitor needs. */
  first: readonly string[];
  /** The sentences of each language: those of the languages that are read are kept. */
  later: readonly string[];
  /**
   * Where the list stands of what no first visit needs, sentences of rare screens among them: kept once asked for, and at a later
   * visit. A first visit need not load the list either.
   */
  rest: string;
  /** Paths that are kept once asked for, and never fetched ahead: decoders of files. */
  asked: readonly string[];
}

/** `asset`: hashed, never changes, cache first. `page`: the app's one document, as kept. `content`: what a page offers. `pass`: not ours. */
export type Way = "asset" | "page" | "content" | "pass";

/** Decides by method, path and whether the browser navigates. The node's interface is never cached. */
export function wayOf(
  request: { method: string; origin: string; path: string; navigates: boolean },
  own: string,
  list: Precache,
): Way {
  const { method, origin, path, navigates } = request;
  if (method !== "GET" || origin !== own) return "pass";
  if (path === "/sw.js" || /^\/(api|\.well-known|ohttp|health|metrics)(\/|$)/.test(path))
    return "pass";
  if (path.startsWith(CONTENT_PATH)) return "content";
  if (navigates) return "page";
  return isHashed(path) || list.first.includes(path) || isAsked(path, list) ? "asset" : "pass";
}

/** A built file with the hash of its content in its name: it never changes. */
export function isHashed(path: string): boolean {
  return /^\/assets\/[\w.-]+-[\w-]{8}\.\w+$/.test(path);
}

/** A decoder, or what pdf.js reads on demand (build/pdf-files-plugin.ts), whose version stands in the path. */
export function isAsked(path: string, list: Precache): boolean {
  return list.asked.includes(path) || /^\/pdf-[\d.]+\/\w+\/[\w.-]+$/.test(path);
}

/** `/assets/fr-8dj2k.js` and `/assets/fr-recovery-9x1bc.js` are both of `/assets/fr`. */
export function languageOf(path: string): string {
  return path.slice(0, path.indexOf("-"));
}

/** What else to keep for whoever has `kept`: all but the sentences of languages that are not read. */
export function restFor(
  kept: Iterable<string>,
  { later }: Pick<Precache, "later">,
  rest: readonly string[],
): string[] {
  const languages = new Set(later.map(languageOf));
  const read = new Set([...kept].map(languageOf));
  return [...later, ...rest].filter(
    (path) => !languages.has(languageOf(path)) || read.has(languageOf(path)),
  );
}

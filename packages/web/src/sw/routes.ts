/** How the service worker answers a request; pure, so that it can be tested without one. */
export interface Precache {
  /** Changes whenever any file does. */
  version: string;
  /** Paths that every visitor needs. */
  first: readonly string[];
  /** Paths that are kept once they have been asked for: languages, rare chunks. */
  later: readonly string[];
  /** Paths that no first visit needs: kept at a later one. */
  rest: readonly string[];
}

/** `asset`: hashed, never changes, cache first. `page`: the app's one document, as kept. `pass`: not ours. */
export type Way = "asset" | "page" | "pass";

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
  if (navigates) return "page";
  const kept = [list.first, list.later, list.rest].some((paths) => paths.includes(path));
  return kept ? "asset" : "pass";
}

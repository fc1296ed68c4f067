/// <reference lib="webworker" />
/**
 * Keeps the app on the device: it opens without a network after the first visit. It holds the app's
 * own files only; nothing that anyone wrote passes through it.
 */
import { type Precache, wayOf } from "./routes.ts";

declare const self: ServiceWorkerGlobalScope;
/** Put in by build/precache-plugin.ts. */
declare const PRECACHE: Precache;

const NAME = `baraza-${PRECACHE.version}`;
const PAGE = "/";
/** Milliseconds to wait for the network's page on a bad line before the kept one is shown. */
const PATIENCE = 2500;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  if (event.data === "activate") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const way = wayOf(
    { method: request.method, origin, path: pathname, navigates: request.mode === "navigate" },
    self.location.origin,
    PRECACHE,
  );
  if (way === "asset") event.respondWith(asset(request));
  else if (way === "page") event.respondWith(page(event));
});

/** Takes over from an older version's cache what has not changed, so that an update costs only what is new. */
async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  await Promise.all(
    [...PRECACHE.first, PAGE].map(async (path) => {
      const hashed = path.startsWith("/assets/");
      const kept = hashed ? await caches.match(path) : undefined;
      if (kept) await cache.put(path, kept);
      else await cache.add(new Request(path, { cache: hashed ? "default" : "reload" }));
    }),
  );
  for (const path of PRECACHE.later) {
    const kept = await caches.match(path);
    if (kept) await cache.put(path, kept);
  }
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("baraza-") && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

/** The network's page may be of a newer version; it is shown but not kept, since only its own worker has the files to it. */
async function page(event: FetchEvent): Promise<Response> {
  const kept = await (await caches.open(NAME)).match(PAGE);
  const fresh = fetch(event.request);
  if (!kept) return fresh;
  const patience = new Promise<Response>((resolve) => setTimeout(resolve, PATIENCE, kept.clone()));
  try {
    const answer = await Promise.race([fresh, patience]);
    return answer.ok ? answer : kept;
  } catch {
    return kept;
  } finally {
    // The race may leave it behind unanswered; its failure then needs nobody.
    fresh.catch(() => undefined);
  }
}

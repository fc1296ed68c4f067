/// <reference lib="webworker" />
/**
 * Keeps the app on the device: it opens without a network after the first visit. It holds the app's
 * own files only; what a page offers to be saved or played passes through it and is not kept.
 */
import { CONTENT_PATH } from "../content/messages.ts";
import { contentFor } from "./content.ts";
import { CARD_CACHE, CARD_PATH } from "../bell/messages.ts";
import { type BellWorld, onPush, onTouched } from "./push.ts";
import { isAsked, isHashed, languageOf, type Precache, restFor, wayOf } from "./routes.ts";

declare const self: ServiceWorkerGlobalScope;
/** Put in by build/precache-plugin.ts. */
declare const PRECACHE: Precache;

const list = PRECACHE;
const NAME = `baraza-${list.version}`;
const PAGE = "/";

self.addEventListener("install", (event) => {
  route(event);
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  const message: unknown = event.data;
  if (message === "activate") void self.skipWaiting();
  else if (message === "rest") event.waitUntil(keepRest());
  else if (Array.isArray(message))
    event.waitUntil(keep(message.filter((path) => typeof path === "string")));
});

const bell: BellWorld = {
  pages: () => self.clients.matchAll({ type: "window", includeUncontrolled: true }),
  card: async () => {
    const kept = await (await caches.open(CARD_CACHE)).match(CARD_PATH);
    return (await kept?.json()) as unknown;
  },
  notifications: (tag) => self.registration.getNotifications({ tag }),
  show: (title, options) => self.registration.showNotification(title, options),
  badge: async () => (navigator as { setAppBadge?: () => Promise<void> }).setAppBadge?.(),
  open: (path) => self.clients.openWindow(path),
  now: () => new Date(),
};

self.addEventListener("push", (event) => {
  event.waitUntil(onPush(bell));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(onTouched(bell, event.notification.data));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const way = wayOf(
    { method: request.method, origin, path: pathname, navigates: request.mode === "navigate" },
    self.location.origin,
    list,
  );
  if (way === "asset") event.respondWith(asset(request));
  else if (way === "page") event.respondWith(page(event));
  else if (way === "content") event.respondWith(content(pathname, request));
});

/** Not in TypeScript's declarations yet: https://www.w3.org/TR/service-workers/#install-event-addroutes */
type Routing = ExtendableEvent & { addRoutes?: (rules: readonly object[]) => Promise<void> };

/**
 * Where the browser can, it takes the page and the first files straight out of the cache, without starting this worker: on
 * a slow phone that saves a quarter of a start. Elsewhere the fetch event does the same. What is not in the cache comes
 * from the node, past this worker, so the page says which language it has loaded (`keep`).
 */
function route(event: ExtendableEvent): void {
  const source = { cacheName: NAME };
  const paths = [...list.first, ...list.later].map((pathname) => ({
    urlPattern: { pathname, search: "" },
  }));
  const page = { urlPattern: { pathname: PAGE }, requestMode: "navigate" };
  (event as Routing)
    .addRoutes?.([
      { condition: page, source },
      { condition: { or: paths }, source },
    ])
    .catch(() => undefined);
}

/** Takes over from an older version's cache what has not changed, so that an update costs only what is new. */
async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  await Promise.all(
    [...list.first, PAGE].map(async (path) => {
      const hashed = path.startsWith("/assets/");
      const kept = hashed ? await caches.match(path) : undefined;
      if (kept) await cache.put(path, kept);
      else await cache.add(new Request(path, { cache: hashed ? "default" : "reload" }));
    }),
  );
  await renewLanguages();
  await renewRest();
  await renewAsked();
}

/** A language that was kept before is kept in its new version too: the app must open offline right after an update. */
async function renewLanguages(): Promise<void> {
  const read = new Set((await keptPaths()).map(languageOf));
  await keepAll(list.later.filter((path) => read.has(languageOf(path))));
}

/** Whoever had the chunks that can wait has them in the new version too. */
async function renewRest(): Promise<void> {
  const isList = (path: string): boolean => unhashed(path) === unhashed(list.rest);
  if ((await keptPaths()).some(isList)) await keepRest();
}

const unhashed = (path: string): string => path.replace(/-[\w-]{8}\.\w+$/, "");

/** What was asked for once and has not changed stays; what has changed comes when it is asked for again. */
async function renewAsked(): Promise<void> {
  const cache = await caches.open(NAME);
  for (const path of await keptPaths()) {
    if (!isAsked(path, list)) continue;
    const kept = await caches.match(path);
    if (kept) await cache.put(path, kept);
  }
}

async function keepRest(): Promise<void> {
  const listed = await asset(new Request(list.rest));
  if (!listed.ok) return;
  const rest = (await listed.json()) as string[];
  await keepAll(restFor(await keptPaths(), list, rest));
}

/** Every path that any version has kept. */
async function keptPaths(): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
  return paths;
}

/** Keeps what the page loaded before this worker was there: its language above all. */
async function keep(paths: readonly string[]): Promise<void> {
  await keepAll(paths.filter(isHashed));
}

async function keepAll(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(NAME);
  for (const path of paths) if (!(await cache.match(path))) await cache.add(path);
}

async function activate(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith("baraza-") && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

async function content(path: string, request: Request): Promise<Response> {
  const pages = await self.clients.matchAll({ type: "window" });
  return contentFor(path.slice(CONTENT_PATH.length), request.headers.get("range"), pages);
}

async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  // On a full device it is not kept, and comes over the line each time.
  if (fresh.ok) await cache.put(request, fresh.clone()).catch(() => undefined);
  return fresh;
}

/**
 * The kept page at once: no line, however bad, is waited for. A newer version comes as a newer worker, which the browser looks
 * for at each navigation; it has its own page and the files to it.
 */
async function page(event: FetchEvent): Promise<Response> {
  return (await (await caches.open(NAME)).match(PAGE)) ?? fetch(event.request);
}

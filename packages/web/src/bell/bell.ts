/**
 * Tells the person what is new while a page of the app is open: notifications with content, the number on the icon, and what the service
 * worker needs to know for when no page is open. Of several tabs one does it, by a Web Lock.
 */
import type { News, NotificationSettings } from "@baraza/engine";
import { effect } from "@preact/signals";
import type { EnginePort } from "../app/engine.ts";
import { currentRoute, go } from "../app/router.ts";
import { conversationOf, hrefOf, parseRoute } from "../app/routes.ts";
import { currentDirection, currentLanguage, t } from "../i18n/index.ts";
import type { Answer, BellCard } from "./messages.ts";
import { CARD_CACHE, CARD_PATH, GENERAL_TAG, isOpened, isPushed, isQuiet } from "./messages.ts";
import { subscribe, unsubscribe } from "./subscription.ts";
import type { Telling } from "./teller.ts";
import { createTeller } from "./teller.ts";

const TELLS = "baraza bell";
const SIGHT = "baraza sight ";
/** In sight, but no conversation. */
const ELSEWHERE = "elsewhere";
const WEEKLY_TAG = "weekly letter";
/** What comes in one burst is told together. */
const BURST_MS = 300;
/** How long a page that was woken by a push has to find something to show. */
const WOKEN_MS = 8000;

/** How old a message may be that is told to somebody who has the app before their eyes, at another place. */
const JUST_NOW_MS = 2 * 60_000;

type Badge = {
  setAppBadge?: (count: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
};

/** Follows what is new from now on. @returns a function that ends it */
export function startBell(engine: EnginePort): () => void {
  const ends: (() => void)[] = [];
  const abort = new AbortController();
  let settings: NotificationSettings | undefined;
  let told = 0;

  ends.push(
    engine.watch(
      "notifications.settings",
      {},
    )((next) => {
      settings = next;
      // Turned off in this moment, everything that was left is on its way out.
      if (next.on) void leaveCard(next);
    }),
    // The language is a signal as well.
    effect(() => {
      currentLanguage();
      if (settings?.on === true) void leaveCard(settings);
    }),
    watchSight(),
    keepSubscribed(engine),
  );

  // Whoever has the lock tells; it goes to another tab when this one is closed.
  navigator.locks
    .request(TELLS, { signal: abort.signal }, async () => {
      const end = tellNews(
        engine,
        () => settings,
        () => (told += 1),
      );
      await new Promise<void>((resolve) => abort.signal.addEventListener("abort", () => resolve()));
      end();
    })
    .catch(() => undefined);

  const onMessage = ({ data, ports }: MessageEvent<unknown>): void => {
    if (isOpened(data)) go(parseRoute(data.path));
    if (!isPushed(data)) return;
    const before = told;
    void engine.syncNow();
    const answer = (shown: boolean): void => ports[0]?.postMessage({ shown } satisfies Answer);
    const begun = Date.now();
    const look = setInterval(() => {
      if (told === before && Date.now() - begun < WOKEN_MS) return;
      clearInterval(look);
      answer(told > before);
    }, 100);
  };
  navigator.serviceWorker.addEventListener("message", onMessage);
  ends.push(() => navigator.serviceWorker.removeEventListener("message", onMessage));
  const onSight = (): void => {
    if (document.visibilityState === "visible") void clear(GENERAL_TAG);
  };
  onSight();
  document.addEventListener("visibilitychange", onSight);
  ends.push(() => document.removeEventListener("visibilitychange", onSight));

  return () => {
    abort.abort();
    for (const end of ends) end();
    if (engine.session.peek().state === "signedOut") void forget();
  };
}

/** Nobody is signed in any more, or nobody wants to be told: nothing is left behind. */
export async function forget(engine?: EnginePort): Promise<void> {
  void (navigator as Badge).clearAppBadge?.().catch(() => undefined);
  await caches.delete(CARD_CACHE);
  for (const one of await notifications()) one.close();
  await unsubscribe(engine);
}

/** Subscribed at each start, and whenever the line is back, until it worked once. */
function keepSubscribed(engine: EnginePort): () => void {
  let done = false;
  return effect(() => {
    const { line } = engine.status.value;
    if (done || line !== "online" || Notification.permission !== "granted") return;
    done = true;
    void subscribe(engine).then((reach) => {
      if (reach === "later") done = false;
    });
  });
}

function tellNews(
  engine: EnginePort,
  settings: () => NotificationSettings | undefined,
  onTold: () => void,
): () => void {
  let teller: ReturnType<typeof createTeller> | undefined;
  let latest: News | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = async (): Promise<void> => {
    timer = undefined;
    if (latest === undefined || teller === undefined) return;
    const inSight = await conversationsInSight();
    const step = teller.next(latest, inSight);
    await Promise.all(step.clear.map(clear));
    const wishes = settings();
    if (wishes?.on !== true || isQuiet(wishes.quiet, new Date())) return;
    // Who looks at the app sees for themselves what had come while it was away.
    const since = inSight.size > 0 ? Date.now() - JUST_NOW_MS : 0;
    for (const one of step.tell) if (atOf(one) > since && (await show(one, wishes))) onTold();
  };
  const end = engine.watch(
    "notifications.news",
    {},
  )((news) => {
    const badge = navigator as Badge;
    const marked =
      news.count === 0 ? badge.clearAppBadge?.() : badge.setAppBadge?.(Math.min(news.count, 999));
    void marked?.catch(() => undefined);
    latest = news;
    teller ??= createTeller(news);
    timer ??= setTimeout(() => void tell(), BURST_MS);
  });
  const endWeekly = tellLetters(engine, settings);
  return () => {
    clearTimeout(timer);
    end();
    endWeekly();
  };
}

/** Says that a weekly letter has been made, where nobody looks at the app; what is in it is for the page alone. */
function tellLetters(
  engine: EnginePort,
  settings: () => NotificationSettings | undefined,
): () => void {
  let known: string | null | undefined;
  const tell = async (letterId: string): Promise<void> => {
    const wishes = settings();
    if (wishes?.on !== true || isQuiet(wishes.quiet, new Date())) return;
    if ((await conversationsInSight()).size > 0) return;
    const path = hrefOf({ at: "week", letterId });
    await showWords(
      { title: t("app.name"), body: t("notifications.weekly"), tag: WEEKLY_TAG, path },
      wishes,
    );
  };
  return engine.watch(
    "weekly.unread",
    {},
  )((unread) => {
    const before = known;
    known = unread;
    if (unread === null) void clear(WEEKLY_TAG);
    // What lies there at the start is in the list of what is new.
    else if (before !== undefined && before !== unread) void tell(unread);
  });
}

function atOf(telling: Telling): number {
  return telling.kind === "many" ? 1 : telling.news.newest.at;
}

function show(telling: Telling, wishes: NotificationSettings): Promise<boolean> {
  return showWords(wordsOf(telling, wishes.content), wishes);
}

async function showWords(
  { title, body, tag, path }: Words,
  { sound }: NotificationSettings,
): Promise<boolean> {
  if (Notification.permission !== "granted") return false;
  const registration = await navigator.serviceWorker.ready;
  const options: NotificationOptions & { renotify: boolean } = {
    body,
    tag,
    // One that takes the place of another is heard as well: somebody has written again.
    renotify: sound,
    silent: !sound,
    icon: "/icon-192.png",
    lang: currentLanguage(),
    dir: "auto",
    data: { path },
  };
  try {
    await registration.showNotification(title, options);
    return true;
  } catch {
    // The permission was taken back a moment ago.
    return false;
  }
}

type Words = { title: string; body: string; tag: string; path: string };

function wordsOf(telling: Telling, content: boolean): Words {
  const general = { title: t("app.name"), tag: GENERAL_TAG };
  if (telling.kind === "many")
    return { ...general, body: t("notifications.many", { count: telling.count }), path: "/" };
  const { spaceId, channelId, title, kind, count, newest } = telling.news;
  const path = hrefOf(conversationOf({ spaceId, channel: channelId }));
  if (!content) return { ...general, body: t("notifications.something"), path };
  const { author: name, text } = newest;
  return {
    title: count > 1 ? t("notifications.counted", { title, count }) : title,
    body: kind === "pair" ? text : t("notifications.says", { name, text }),
    tag: spaceId,
    path,
  };
}

/** What the worker says while no page is there. */
async function leaveCard(settings: NotificationSettings): Promise<void> {
  const card: BellCard = {
    title: t("app.name"),
    body: t("notifications.something"),
    lang: currentLanguage(),
    dir: currentDirection(),
    sound: settings.sound,
    quiet: settings.quiet,
  };
  const cache = await caches.open(CARD_CACHE);
  await cache.put(CARD_PATH, Response.json(card));
}

/** Holds a lock with the name of what is in sight here: other tabs see it, and it goes with this tab. */
function watchSight(): () => void {
  let release: (() => void) | undefined;
  let held: string | undefined;
  const look = (): void => {
    const route = currentRoute();
    const now =
      document.visibilityState !== "visible"
        ? undefined
        : route.at === "space"
          ? route.spaceId
          : ELSEWHERE;
    if (now === held) return;
    release?.();
    release = undefined;
    held = now;
    if (now === undefined) return;
    void clear(now);
    const { promise, resolve } = Promise.withResolvers<void>();
    release = resolve;
    navigator.locks.request(SIGHT + now, { mode: "shared" }, () => promise).catch(() => undefined);
  };
  const end = effect(look);
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    end();
    release?.();
  };
}

async function conversationsInSight(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(
    held.flatMap(({ name }) => (name?.startsWith(SIGHT) ? [name.slice(SIGHT.length)] : [])),
  );
}

async function notifications(tag?: string): Promise<Notification[]> {
  const registration = await navigator.serviceWorker.ready;
  return registration.getNotifications(tag === undefined ? {} : { tag });
}

async function clear(tag: string): Promise<void> {
  for (const one of await notifications(tag)) one.close();
}

/**
 * What the service worker does when a push comes, and when somebody touches a notification.
 *
 * [Note: What a service worker cannot do] The store opens by synchronous access handles, which only a dedicated worker has, and a
 * service worker cannot start one. So where no page of the app is open nothing can be decrypted, and the notification says
 * that there is something new and no more. Where a page is open in the background it is asked, since its engine can.
 *
 * [Note: One notification for each push] Browsers demand that a push shows something, unless a page of the app is in sight. What
 * says only that there is something new takes the place of the one before it, without a sound.
 */
import type { Answer, BellCard, Opened, Pushed } from "../bell/messages.ts";
import { GENERAL_TAG, isAnswer, isCard, isQuiet, pathOf, PUSHED } from "../bell/messages.ts";

/** The part of a page, as the worker sees it, that is needed. */
export interface BellPage {
  readonly visibilityState: DocumentVisibilityState;
  postMessage: (message: Pushed | Opened, transfer: MessagePort[]) => void;
  focus?: () => Promise<unknown>;
}

/** The worker's surroundings. */
export interface BellWorld {
  pages: () => Promise<readonly BellPage[]>;
  /** What the page has left for this moment; anything, until it is looked at. */
  card: () => Promise<unknown>;
  notifications: (tag: string) => Promise<readonly unknown[]>;
  show: (title: string, options: NotificationOptions) => Promise<void>;
  /** A mark on the app's icon, where there are such. */
  badge: () => Promise<void>;
  open: (path: string) => Promise<unknown>;
  now: () => Date;
}

/** How long a page has to catch up and say whether it has shown something. */
const ANSWER_MS = 10_000;

const DEFAULT: BellCard = {
  title: "Baraza",
  body: "Something new in Baraza",
  lang: "en",
  dir: "ltr",
  sound: true,
  quiet: null,
};

/** A push came. Whatever stands in it is of no interest: it can only say that there is something new. */
export async function onPush(world: BellWorld, waitMs = ANSWER_MS): Promise<void> {
  const pages = await world.pages();
  const asked = Promise.all(pages.map((page) => askPage(page, waitMs)));
  // Who has it before their eyes needs no notification; the page learns of it and fetches.
  if (pages.some(({ visibilityState }) => visibilityState === "visible")) return;
  if ((await asked).some(({ shown }) => shown)) return;
  const kept = await world.card().catch(() => undefined);
  const card = isCard(kept) ? kept : DEFAULT;
  const before = await world.notifications(GENERAL_TAG);
  await world.show(card.title, {
    body: card.body,
    lang: card.lang,
    dir: card.dir,
    tag: GENERAL_TAG,
    icon: "/icon-192.png",
    silent: !card.sound || before.length > 0 || isQuiet(card.quiet, world.now()),
    data: { path: "/" },
  });
  await world.badge().catch(() => undefined);
}

function askPage(page: BellPage, waitMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      port1.close();
      resolve(answer);
    };
    const timer = setTimeout(() => settle({ shown: false }), waitMs);
    port1.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      settle({ shown: isAnswer(data) && data.shown });
    });
    port1.start();
    page.postMessage({ bell: PUSHED }, [port2]);
  });
}

/** A notification was touched: goes to what it is about, in a page that is open, or in a new one. */
export async function onTouched(world: BellWorld, data: unknown): Promise<void> {
  const path = pathOf(data);
  const pages = await world.pages();
  const page = pages.find(({ visibilityState }) => visibilityState === "visible") ?? pages[0];
  if (page === undefined) {
    await world.open(path);
    return;
  }
  page.postMessage({ bell: "bell:opened", path }, []);
  await page.focus?.().catch(() => undefined);
}

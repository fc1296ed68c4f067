/** What pages and the service worker say to each other of notifications, and what the worker finds when no page is there. */

/** From the worker to a page: a push came. It answers on the port whether it has shown something. */
export const PUSHED = "bell:pushed";
export type Pushed = { bell: typeof PUSHED };
export type Answer = { shown: boolean };

/** From the worker to a page: somebody touched a notification. */
export type Opened = { bell: "bell:opened"; path: string };

export function isPushed(data: unknown): data is Pushed {
  return fieldOf(data, "bell") === PUSHED;
}

export function isOpened(data: unknown): data is Opened {
  return fieldOf(data, "bell") === "bell:opened" && typeof fieldOf(data, "path") === "string";
}

export function isAnswer(data: unknown): data is Answer {
  return typeof fieldOf(data, "shown") === "boolean";
}

/** Minutes since midnight, by the device's clock. */
export type Quiet = { from: number; to: number };

/**
 * What the worker needs to say that there is something new: sentences in the person's language and how loud. Nothing about people or
 * content, since it lies there in clear.
 */
export type BellCard = {
  title: string;
  body: string;
  lang: string;
  dir: "ltr" | "rtl";
  sound: boolean;
  quiet: Quiet | null;
};

/** A cache of its own: it outlives the app's versions. */
export const CARD_CACHE = "bell";
export const CARD_PATH = "/bell/card";

/** The notification that says no more than that there is something. */
export const GENERAL_TAG = "news";

export function isCard(data: unknown): data is BellCard {
  const quiet = fieldOf(data, "quiet");
  return (
    typeof fieldOf(data, "title") === "string" &&
    typeof fieldOf(data, "body") === "string" &&
    typeof fieldOf(data, "lang") === "string" &&
    typeof fieldOf(data, "sound") === "boolean" &&
    (quiet === null ||
      (typeof fieldOf(quiet, "from") === "number" && typeof fieldOf(quiet, "to") === "number"))
  );
}

/** True within the hours in which nothing makes a sound; over midnight where they begin later than they end. */
export function isQuiet(quiet: Quiet | null, now: Date): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const minute = now.getHours() * 60 + now.getMinutes();
  return quiet.from < quiet.to
    ? minute >= quiet.from && minute < quiet.to
    : minute >= quiet.from || minute < quiet.to;
}

/** A page of this app that a notification may lead to; anything else leads home. */
export function pathOf(data: unknown): string {
  const path = fieldOf(data, "path");
  return typeof path === "string" && /^\/s\/[0-9a-f]{64}$/.test(path) ? path : "/";
}

function fieldOf(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null
    ? (data as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

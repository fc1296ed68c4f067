import { expect, test, vi } from "vitest";
import { isQuiet, pathOf } from "../bell/messages.ts";
import type { BellPage, BellWorld } from "./push.ts";
import { onPush, onTouched } from "./push.ts";

const SPACE = "ab".repeat(32);
const card = {
  title: "Baraza",
  body: "Du nouveau dans Baraza",
  lang: "fr",
  dir: "ltr",
  sound: true,
  quiet: null,
};

type Told = { title: string; options: NotificationOptions };

function world(pages: BellPage[] = [], more: Partial<BellWorld> = {}) {
  const shown: Told[] = [];
  const opened: string[] = [];
  const badge = vi.fn<() => Promise<void>>(async () => undefined);
  const bell: BellWorld = {
    pages: async () => pages,
    card: async () => card,
    notifications: async (tag) => shown.filter(({ options }) => options.tag === tag),
    show: async (title, options) => void shown.push({ title, options }),
    badge,
    open: async (path) => opened.push(path),
    now: () => new Date(2026, 0, 1, 12, 0),
    ...more,
  };
  return { bell, shown, opened, badge };
}

/** A page that answers, or (null) never does. */
function page(visibilityState: DocumentVisibilityState, answer: unknown) {
  const heard: unknown[] = [];
  const made: BellPage = {
    visibilityState,
    postMessage: (message, [port]) => {
      heard.push(message);
      if (answer !== null) port?.postMessage(answer);
    },
    focus: async () => heard.push("focus"),
  };
  return { made, heard };
}

test("with no page open it says that there is something new, in the person's language, and marks the icon", async () => {
  const { bell, shown, badge } = world();
  await onPush(bell);
  expect(shown).toMatchObject([
    { title: "Baraza", options: { body: card.body, lang: "fr", tag: "news", silent: false } },
  ]);
  expect(badge).toHaveBeenCalledOnce();
});

test("the next push takes the place of the notification that is still there, without a sound", async () => {
  const { bell, shown } = world();
  await onPush(bell);
  await onPush(bell);
  expect(shown.map(({ options }) => [options.tag, options.silent])).toEqual([
    ["news", false],
    ["news", true],
  ]);
});

test("nothing is shown over a page that is in sight, which is told to fetch", async () => {
  const { made, heard } = page("visible", null);
  const { bell, shown } = world([made]);
  await onPush(bell);
  expect(shown).toEqual([]);
  expect(heard).toEqual([{ bell: "bell:pushed" }]);
});

test("a page in the background that has shown what it is settles it; one that has not, or is frozen, does not", async () => {
  const settled = world([page("hidden", { shown: true }).made, page("hidden", null).made]);
  await onPush(settled.bell, 20);
  expect(settled.shown).toEqual([]);
  for (const answer of [{ shown: false }, "nonsense", null]) {
    const { bell, shown } = world([page("hidden", answer).made]);
    await onPush(bell, 20);
    expect(shown).toHaveLength(1);
  }
});

test("in quiet hours, or where the person wants no sound, it is silent", async () => {
  const quiet = { from: 11 * 60, to: 13 * 60 };
  for (const more of [
    { ...card, quiet },
    { ...card, sound: false },
  ]) {
    const { bell, shown } = world([], { card: async () => more });
    await onPush(bell);
    expect(shown[0]?.options.silent).toBe(true);
  }
});

test("it shows something whatever the page has left, or when nothing can be read", async () => {
  for (const left of [undefined, "x", { title: 1 }, { ...card, quiet: { from: "a" } }]) {
    const { bell, shown } = world([], { card: async () => left });
    await onPush(bell);
    expect(shown[0]?.options.body).toBe("Something new in Baraza");
  }
  const broken = world([], { card: () => Promise.reject(new Error("no cache")) });
  await onPush(broken.bell);
  expect(broken.shown).toHaveLength(1);
});

test("a touch leads to the conversation, in the page that is open or in a new one, and nowhere else", async () => {
  const path = `/s/${SPACE}`;
  const none = world();
  await onTouched(none.bell, { path });
  await onTouched(none.bell, { path: "https://evil.example/" });
  await onTouched(none.bell, undefined);
  expect(none.opened).toEqual([path, "/", "/"]);
  const { made, heard } = page("hidden", null);
  const one = world([made]);
  await onTouched(one.bell, { path });
  expect(one.opened).toEqual([]);
  expect(heard).toEqual([{ bell: "bell:opened", path }, "focus"]);
});

test("paths: conversations, else home", () => {
  for (const path of ["//evil.example", "/s/../x", `/s/${SPACE}/people`, "/api/v1/x", 7, null])
    expect(pathOf({ path })).toBe("/");
});

test("quiet hours, also over midnight", () => {
  const at = (hours: number, minutes = 0) => new Date(2026, 0, 1, hours, minutes);
  const night = { from: 22 * 60, to: 7 * 60 };
  expect([at(21, 59), at(22), at(3), at(6, 59), at(7)].map((now) => isQuiet(night, now))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  const noon = { from: 12 * 60, to: 13 * 60 };
  expect([at(11, 59), at(12), at(13)].map((now) => isQuiet(noon, now))).toEqual([
    false,
    true,
    false,
  ]);
  expect(isQuiet({ from: 5, to: 5 }, at(0, 5))).toBe(false);
  expect(isQuiet(null, at(0))).toBe(false);
});

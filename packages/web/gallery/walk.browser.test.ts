/**
 * What a screen reader says on the main screens, in its order: docs/screen-reader.md, written by this test (`vitest run -u`) and held to
 * it. Roles and names are the browser's own (ARIA 1.3, the accessible name computation), live regions by what they announce.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gallery } from "./in-browser.ts";
import { openGallery } from "./in-browser.ts";

const walk: readonly (readonly [screen: string, title: string, what: string])[] = [
  [
    "signin",
    "Signing in",
    "The first field has the focus; a wrong passphrase is said as an alert.",
  ],
  [
    "list",
    "The list of conversations",
    "Each row is one link: the title, who wrote last and what, when, and how many are new.",
  ],
  [
    "conversation",
    "A conversation",
    "Messages stand in a region of their own, oldest first: who wrote, what, when, how far it has come, then its reactions and its menu. A status says what arrives.",
  ],
  [
    "people",
    "The people of a conversation",
    "Who is there, in which role, and how others come in.",
  ],
  [
    "files",
    "Files",
    "The arrow keys walk through the list; one thing at a time is in the order of the Tab key.",
  ],
  ["search", "Search", "Results come as a list; how many there are is said as a status."],
  ["settings", "Settings", "Each group is a region with a name."],
];

let gallery: Gallery;

beforeAll(async () => {
  gallery = await openGallery(360, 740);
});
afterAll(() => gallery?.close());

/** Regions that speak by themselves, in the order of the page. */
function speaking(): string[] {
  return [...document.querySelectorAll("[aria-live], [role=status], [role=alert], [role=log]")].map(
    (one) => {
      const live = one.getAttribute("aria-live") ?? (one.role === "alert" ? "assertive" : "polite");
      const name = one.getAttribute("aria-label") ?? "";
      return `- ${one.role ?? one.localName}${name === "" ? "" : ` "${name}"`}: ${live}`;
    },
  );
}

test("a screen reader says what is written down, in that order", async () => {
  const { page } = gallery;
  await gallery.dress("en", "light");
  const parts = [
    "# What a screen reader says",
    "",
    "The main screens on a phone, in English, as the browser hands them to a screen reader: role, name, state, in the order of reading.",
    "`vitest run --project browser -u packages/web/gallery/walk` writes this page from the app; the tests fail when the two differ. The rest",
    "of the walk is in the browser tests: everything by keyboard alone, axe on every screen in both themes, focus where one left off.",
    "",
  ];
  for (const [screen, title, what] of walk) {
    await gallery.show(screen);
    const live = await page.evaluate(speaking);
    parts.push(`## ${title}`, "", what, "");
    parts.push(live.length === 0 ? "Nothing speaks by itself." : "What speaks by itself:", "");
    if (live.length > 0) parts.push(...live, "");
    parts.push("```text", await page.locator("body").ariaSnapshot(), "```", "");
  }
  await expect(parts.join("\n")).toMatchFileSnapshot("../../../docs/screen-reader.md");
});

/** Runs in the page: the levels of the headings that are to be seen, pane by pane. */
function levels(): number[][] {
  const panes = [...document.querySelectorAll("dialog[open], aside, .pane")];
  return (panes.length > 0 ? panes : [document.body]).map((pane) =>
    [...pane.querySelectorAll("h1, h2, h3, h4, h5, h6")]
      .filter((one) => one.checkVisibility())
      .filter((one) => one.closest("dialog[open], aside, .pane, body") === pane)
      .map(({ localName }) => Number(localName.slice(1))),
  );
}

test("headings lead from screen to part without a gap, on every screen", async () => {
  const names = await gallery.dress("en", "light");
  const found: Record<string, number[]> = {};
  for (const name of names) {
    await gallery.show(name);
    for (const pane of await gallery.page.evaluate(levels)) {
      const jumps = pane.some((level, at) => level > (pane[at - 1] ?? 1) + 1);
      if (jumps) found[name] = pane;
    }
  }
  expect(found).toEqual({});
}, 120_000);

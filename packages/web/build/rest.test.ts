import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onlyWhenAsked, scriptsOfPage, whatCanWait } from "./rest.ts";

/** A built app in small: names as the bundler makes them. */
const FILES: Readonly<Record<string, string>> = {
  "index.html": `<script type="module" src="/assets/index-aaaaaaaa.js"></script>
    <link rel="modulepreload" href="/assets/base-aaaaaaaa.js"><link rel="stylesheet" href="/assets/base-bbbbbbbb.css">`,
  "assets/index-aaaaaaaa.js": `import "./base-aaaaaaaa.js";`,
  "assets/base-aaaaaaaa.js": `export * from "./words-aaaaaaaa.js";
    export const lazy = [() => import("./account-aaaaaaaa.js"), () => import("./lists-aaaaaaaa.js"), () => import("./en-lists-aaaaaaaa.js")];
    new Worker(new URL("/assets/engine-worker-aaaaaaaa.js", import.meta.url));`,
  "assets/base-bbbbbbbb.css": "",
  "assets/words-aaaaaaaa.js": "export {};",
  "assets/account-aaaaaaaa.js": `import "./meter-aaaaaaaa.js";`,
  "assets/account-bbbbbbbb.css": "",
  "assets/meter-aaaaaaaa.js": "",
  "assets/lists-aaaaaaaa.js": `import "./meter-aaaaaaaa.js"; import "./plus-aaaaaaaa.js";`,
  "assets/lists-bbbbbbbb.css": "",
  "assets/plus-aaaaaaaa.js": "",
  "assets/en-aaaaaaaa.js": "",
  "assets/ar-aaaaaaaa.js": "",
  "assets/en-lists-aaaaaaaa.js": "",
  "assets/engine-worker-aaaaaaaa.js": `import("./engine-pdf-aaaaaaaa.js"); fetch("/assets/store-aaaaaaaa.wasm");`,
  "assets/store-aaaaaaaa.wasm": "",
  "assets/engine-pdf-aaaaaaaa.js": "",
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "baraza-rest-"));
  mkdirSync(join(folder, "assets"));
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(folder, path), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("what is imported when it is needed can wait, with what only that uses; what a first visit imports so cannot", () => {
  const canWait = whatCanWait(folder);
  expect(Object.keys(FILES).filter(canWait)).toEqual([
    "assets/lists-aaaaaaaa.js",
    "assets/lists-bbbbbbbb.css",
    "assets/plus-aaaaaaaa.js",
    "assets/en-lists-aaaaaaaa.js",
    "assets/engine-pdf-aaaaaaaa.js",
  ]);
  expect(canWait("/assets/lists-aaaaaaaa.js")).toBe(true);
  expect(canWait("/assets/base-aaaaaaaa.js")).toBe(false);
  expect(canWait("/pdf-6.5.438/cmaps/78-H.bcmap")).toBe(true);
  expect(canWait("/icon.svg")).toBe(false);
});

test("what draws PDFs is not fetched before somebody asks", () => {
  expect(onlyWhenAsked("/assets/engine-pdf-aaaaaaaa.js")).toBe(true);
  expect(onlyWhenAsked("/assets/lists-aaaaaaaa.js")).toBe(false);
  expect(onlyWhenAsked("/pdf-6.5.438/cmaps/78-H.bcmap")).toBe(true);
});

test("the page's scripts are those that it names and what they import before they run", () => {
  expect([...scriptsOfPage(folder)].toSorted()).toEqual([
    "assets/base-aaaaaaaa.js",
    "assets/index-aaaaaaaa.js",
    "assets/words-aaaaaaaa.js",
  ]);
});

/** Each check is shown what it exists to refuse, and what it must let through. */
import { expect, test } from "vitest";
import { arrowFaults } from "./arrows.ts";
import { catalogueFaults } from "./catalogues.ts";
import { isCompatible, lockFaults, pinFaults, reasonFaults } from "./dependencies.ts";
import { completed, missingOptional } from "./lock.ts";
import { ruleFaults } from "./rules.ts";
import { tableOf } from "./settings.ts";
import { budgets, sizeFaults } from "./sizes.ts";
import { count } from "./tests.ts";

const arrows = (path: string, text: string): string[] => arrowFaults({ path, text });
const rules = (path: string, text: string): string[] => ruleFaults({ path, text });

test.each([
  ["packages/protocol/src/a.ts", `import { x } from "@baraza/crypto";`],
  ["packages/crypto/src/a.ts", `export * from "@baraza/engine";`],
  ["packages/engine/src/a.ts", `import type { Node } from "@baraza/node";`],
  ["packages/node/src/a.ts", `const x = await import("@baraza/engine");`],
  ["packages/node/src/a.ts", `type T = import("@baraza/engine").Engine;`],
  ["packages/web/src/a.tsx", `import "@baraza/node";`],
  ["packages/web/src/a.ts", `new Worker(new URL("../../node/src/main.ts", import.meta.url));`],
  ["packages/engine/src/a.ts", `import { x } from "../../crypto/src/index.ts";`],
  ["packages/engine/src/a.ts", `import { network } from "@baraza/testkit";`],
  ["packages/newcomer/src/a.ts", `import "valibot";`],
])("an arrow that does not exist is refused: %s %s", (path, text) => {
  expect(arrows(path, text)).not.toEqual([]);
});

test.each([
  [
    "packages/crypto/src/a.ts",
    `import { x } from "@baraza/protocol"; import "@noble/hashes/sha2.js";`,
  ],
  ["packages/web/src/a.tsx", `import { connect } from "@baraza/engine"; import "./a.css";`],
  ["packages/testkit/src/a.ts", `import "@baraza/node"; import "@baraza/engine/node";`],
  ["packages/protocol/src/a.test.ts", `import { seeded } from "@baraza/testkit/seeded";`],
  ["packages/crypto/src/mls/library.ts", `import * as mls from "ts-mls";`],
  ["packages/node/src/crypto-fast.ts", `import { verify } from "node:crypto";`],
  ["e2e/a.test.ts", `import { network } from "@baraza/testkit";`],
])("an arrow that exists is let through: %s %s", (path, text) => {
  expect(arrows(path, text)).toEqual([]);
});

test.each([
  ["packages/node/src/a.ts", `import { sign } from "node:crypto";`],
  ["packages/engine/src/a.ts", `import { ed25519 } from "@noble/curves/ed25519.js";`],
  ["packages/web/src/a.ts", `await crypto.subtle.digest("SHA-256", data);`],
  ["packages/engine/platform/browser/a.ts", `globalThis.crypto.subtle.sign(a, b, c);`],
  ["packages/crypto/src/entry.ts", `import { createGroup } from "ts-mls";`],
])("cryptography outside its place is refused: %s %s", (path, text) => {
  expect(arrows(path, text)).toHaveLength(1);
});

test.each([
  `import { readFileSync } from "node:fs";`,
  `document.title = "x";`,
  `const f = { socket: new WebSocket(url) };`,
  `export const wait = () => setTimeout(run, 5);`,
  `process.env.X;`,
  `f({ location });`,
])("the engine's core touches no platform: %s", (text) => {
  expect(arrows("packages/engine/src/a.ts", text)).toHaveLength(1);
  expect(arrows("packages/engine/platform/node/a.ts", text)).toEqual([]);
});

test.each([
  `function show({ document, location: window = 1 }: { document: string; navigator: 1 }) { return [document, window]; }`,
  `class A { process = 1; run() { return this.process; } }`,
  `const clock = { setTimeout: 1 }; clock.setTimeout;`,
  `import { fetch } from "./net.ts"; fetch();`,
  `export type T = Document["location"];`,
])("names that are its own are no platform's: %s", (text) => {
  expect(arrows("packages/engine/src/a.ts", text)).toEqual([]);
});

test("a file that cannot be parsed is a fault", () => {
  expect(arrows("packages/node/src/a.ts", "const = ;")).toHaveLength(1);
});

test.each([
  "a { margin-left: 1px }",
  "a{padding-right:0}",
  "a { left: 0 }",
  "a { inset-inline: 0; top: 0 }",
  "a { border-top-left-radius: 3px }",
  "a { text-align: right }",
  "a { float: left }",
])("a style that names a side is refused: %s", (text) => {
  expect(rules("packages/web/src/a.css", text)).toHaveLength(1);
});

test.each([
  "a { margin-inline-start: 1px; inset-block-end: 0; text-align: start }",
  "/* the left: side */ a { color: red }",
  "a { background: linear-gradient(to right, red, blue) }",
  "a { --left: 1px; transform-origin: left }",
])("a logical style is let through: %s", (text) => {
  expect(rules("packages/web/src/a.css", text)).toEqual([]);
});

test("an address of elsewhere is refused in the app, even inside a string with slashes", () => {
  expect(rules("packages/web/src/a.ts", `const u = "https://cdn.example.org/x.js";`)).toHaveLength(
    1,
  );
  expect(rules("packages/web/index.html", `<script src="//cdn.example.org/x.js">`)).toHaveLength(1);
  expect(rules("packages/web/src/a.css", `a { background: url(//x.example/y.png) }`)).toHaveLength(
    1,
  );
  expect(rules("packages/web/src/a.tsx", `<svg xmlns="http://www.w3.org/2000/svg" />`)).toEqual([]);
  expect(rules("packages/web/src/a.ts", `// see https://www.rfc-editor.org/rfc/rfc9420\n`)).toEqual(
    [],
  );
});

test("a path of somebody's machine is refused, and one of a system is not", () => {
  const home = ["", "home", "amina", "baraza"].join("/");
  expect(rules("README.md", `cd ${home}`)).toHaveLength(1);
  expect(rules("docs/a.md", "keep it in /var/lib/baraza, call /usr/bin/chromium")).toEqual([]);
});

test("a dependency is pinned, in one version, with a reason", () => {
  const asked = (name: string, range: string, by = "package.json") => ({ name, range, by });
  expect(pinFaults([asked("a", "^1.0.0")])).toHaveLength(1);
  expect(pinFaults([asked("a", "1.0.0"), asked("a", "1.0.1", "x/package.json")])).toHaveLength(1);
  expect(pinFaults([asked("a", "1.0.0"), asked("b", "2.0.0-rc.1")])).toEqual([]);

  const table = "| package | version | why |\n| --- | --- | --- |\n| `a` | 1.0.0 | because |\n";
  expect(reasonFaults([asked("a", "1.0.0")], table)).toEqual([]);
  expect(reasonFaults([asked("a", "1.0.1")], table)).toHaveLength(1);
  expect(reasonFaults([asked("b", "1.0.0")], table)).toHaveLength(2);
  expect(reasonFaults([asked("a", "1.0.0")], table.replace("because", ""))).toHaveLength(1);
});

test("a licence goes with the project's own or is refused", () => {
  expect(["MIT", "(MIT OR GPL-2.0-only)", "MIT AND ISC"].map(isCompatible)).toEqual([
    true,
    true,
    true,
  ]);
  expect(["GPL-2.0-only", "MIT AND BUSL-1.1", "SEE LICENSE IN x", ""].map(isCompatible)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("the lock file names no host, no script, no unsuitable licence, and leaves no platform out", () => {
  const good = { version: "1.0.0", license: "MIT" };
  const faults = (entry: object, asked = "1.0.0"): string[] =>
    lockFaults(
      [{ name: "a", range: asked, by: "package.json" }],
      { "node_modules/a": { ...good, ...entry } },
      () => undefined,
    );
  expect(faults({})).toEqual([]);
  expect(faults({}, "1.0.1")).toHaveLength(1);
  expect(faults({ license: "BUSL-1.1" })).toHaveLength(1);
  expect(faults({ resolved: "somewhere" })).toHaveLength(1);
  expect(faults({ hasInstallScript: true })).toHaveLength(1);
  expect(faults({ optionalDependencies: { "@a/binding-linux-x64-musl": "1.0.0" } })).toHaveLength(
    1,
  );
});

test("the lock file is completed with what its optional packages are for", () => {
  const packages = {
    "node_modules/a": {
      version: "1.0.0",
      license: "MIT",
      dev: true,
      optionalDependencies: { "@a/binding-linux-x64-musl": "1.0.0" },
    },
  };
  const all = completed(packages);
  expect(missingOptional(all)).toEqual([]);
  expect(all["node_modules/@a/binding-linux-x64-musl"]).toEqual({
    version: "1.0.0",
    cpu: ["x64"],
    dev: true,
    libc: ["musl"],
    license: "MIT",
    optional: true,
    os: ["linux"],
  });
});

test("catalogues agree in keys, arguments and plurals", async () => {
  const faults = (ar: object): Promise<string[]> =>
    catalogueFaults([
      {
        path: "c/en.json",
        text: JSON.stringify({ a: "{n, plural, one {#} other {#}} of {name}" }),
      },
      { path: "c/ar.json", text: JSON.stringify(ar) },
    ]);
  const all = "zero {} one {} two {} few {} many {} other {}";
  expect(await faults({ a: `{n, plural, ${all}} {name}` })).toEqual([]);
  expect(await faults({ a: `{n, plural, ${all.replace("two {}", "")}} {name}` })).toHaveLength(1);
  expect(await faults({ a: `{n, plural, ${all}}` })).toHaveLength(1);
  expect(await faults({ a: "{n, plural," })).toHaveLength(1);
  expect(await faults({ a: " " })).toHaveLength(1);
  expect(await faults({})).toHaveLength(1);
  expect(await faults({ a: `{n, plural, ${all}} {name}`, b: "x" })).toHaveLength(1);
});

test("a budget that is broken is a fault, and so is an app in which nothing was found", () => {
  const sizes = {
    first: 60 * 1024,
    total: 800 * 1024,
    chunks: new Map([["assets/x-abcd1234.js", 1]]),
  };
  expect(sizeFaults(sizes)).toEqual([]);
  expect(sizeFaults({ ...sizes, first: budgets.first + 1 })).toHaveLength(1);
  expect(sizeFaults({ ...sizes, total: budgets.total + 1 })).toHaveLength(1);
  expect(
    sizeFaults({ ...sizes, chunks: new Map([["assets/x-abcd1234.js", budgets.chunk + 1]]) }),
  ).toHaveLength(1);
  expect(sizeFaults({ ...sizes, first: 0 })).toHaveLength(1);
});

test("the table of settings names the flag, the variable and the default", () => {
  const table = tableOf({
    dataDir: { fallback: ".data", what: "Where" },
    port: { fallback: null, what: "P" },
  });
  expect(table).toMatch(/\| `--data-dir` \| `BARAZA_DATA_DIR` \| `dataDir` +\| `\.data` +\| Where/);
  expect(table).toMatch(/\| `--port` .*\| none /);
});

test("what a test run hides counts as failed", () => {
  const report = (more: object) => ({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...more,
  });
  const broken = { name: "a", status: "failed", assertionResults: [] };
  expect(count(report({}), 0)).toMatchObject({ passed: 5, failed: 0 });
  expect(count(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(count(report({}), 1)).toMatchObject({ passed: 5, failed: 1 });
  expect(count(report({ numPendingTests: 2 }), 0)).toMatchObject({ failed: 2, leftOut: 2 });
  expect(count(report({ testResults: [broken] }), 1)).toMatchObject({ passed: 5, failed: 1 });
});

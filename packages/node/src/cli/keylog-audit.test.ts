import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { openDatabase } from "../store/sqlite/database.ts";
import type { TestNode } from "../services/node.testing.ts";
import { bootNode, enrol } from "../services/node.testing.ts";
import { keyLogCommand } from "./keylog-audit.ts";

let a: TestNode;
let said: string[];
beforeEach(async () => {
  a = await bootNode({ host: "a" });
  said = [];
});
afterEach(() => a.close());

/** `*.localhost` is not resolved here: requests go to the loopback address under the node's name. */
const local: typeof fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const { host } = url;
  url.hostname = "127.0.0.1";
  return fetch(url, { ...init, headers: { ...(init?.headers as object), host } });
};

const audit = (...args: string[]) =>
  keyLogCommand(
    ["audit", `http://${a.name}`, "--file", join(a.directory, "seen"), ...args],
    (line) => said.push(line),
    local,
  );

function change(sql: string, ...values: (Uint8Array | number)[]): void {
  const db = openDatabase(join(a.dataDir, "store.sqlite"));
  db.run(sql, ...values);
  db.close();
}

test("an honest log passes, each time it has grown, with every leaf", async () => {
  for (const name of ["amina", "bruno", "carla"]) await enrol(a, name);
  expect(await audit("--all")).toBe(0);
  expect(said.join("\n")).toMatch(/3 leaves.*Every leaf is there: 3 names\..*All is well\./s);
  await enrol(a, "dora");
  expect(await audit("--all")).toBe(0);
  expect(said.join("\n")).toMatch(/It continues what it showed the last time \(3 leaves\)\./);
});

test("a log that was rewritten is found, and both signed heads are kept as a proof", async () => {
  for (const name of ["amina", "bruno", "carla", "dora"]) await enrol(a, name);
  expect(await audit()).toBe(0);
  change("UPDATE keylog_subtrees SET hash = ? WHERE level = 1 AND position = 0", randomBytes(32));
  change("UPDATE keylog_subtrees SET hash = ? WHERE level = 2 AND position = 0", randomBytes(32));
  said = [];
  await enrol(a, "esi");
  expect(await audit()).toBe(1);
  expect(said.join("\n")).toMatch(/WRONG: it does not continue.*\(4 leaves\)\. Both signed heads/);
  expect((await readFile(join(a.directory, "seen.proof"))).length).toBeGreaterThan(300);
});

test("a leaf that the root does not know, and an index that leads elsewhere, are found when all is read", async () => {
  for (const name of ["amina", "bruno", "carla"]) await enrol(a, name);
  const db = openDatabase(join(a.dataDir, "store.sqlite"));
  const leaf = db.get<{ leaf: Uint8Array }>("SELECT leaf FROM keylog_leaves WHERE at = 1")?.leaf;
  db.close();
  change(
    "UPDATE keylog_leaves SET leaf = (SELECT leaf FROM keylog_leaves WHERE at = 0) WHERE at = 1",
  );
  expect(await audit()).toBe(0);
  expect(await audit("--all")).toBe(1);
  expect(said.join("\n")).toMatch(/leaf 1 does not continue.*do not make the root.*does not lead/s);
  change("UPDATE keylog_leaves SET leaf = ? WHERE at = 1", leaf ?? randomBytes(1));
  expect(await audit("--all")).toBe(0);
});

test("what another node saw is compared too", async () => {
  const b = await bootNode({ host: "b" });
  try {
    await enrol(a, "amina");
    b.node.keylog.met(a.name);
    await b.node.keylog.gossip();
    await enrol(a, "bruno");
    expect(await audit("--witness", `http://${b.name}`)).toBe(0);
    expect(said.join("\n")).toContain(`It continues what ${b.name} saw (1 leaves).`);
    expect((await readFile(join(a.directory, "seen"))).length).toBeGreaterThan(100);
  } finally {
    await b.close();
  }
});

test("wrong arguments are explained, and what is no node is said so", async () => {
  expect(await keyLogCommand([], (line) => said.push(line))).toBe(2);
  expect(said.join()).toContain("keylog audit ORIGIN");
  const nothing: typeof fetch = async () => new Response("hello", { status: 404 });
  expect(
    await keyLogCommand(["audit", "https://node.example"], (line) => said.push(line), nothing),
  ).toBe(1);
  expect(said.at(-1)).toBe("There is no node at this address.");
});

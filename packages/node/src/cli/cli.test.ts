import { execFile } from "node:child_process";
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { verifyNodeRecord } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { fromBase64url, PATHS } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configOf } from "../config.ts";
import { randomBytes, sha256 } from "../crypto-fast.ts";
import { blobsDir, databasePath, restoringDir } from "../data-dir.ts";
import { tokenFor } from "../child.testing.ts";
import { createNode } from "../node.ts";
import { testLog } from "../services/logs/log.testing.ts";
import type { Person, TestNode } from "../services/node.testing.ts";
import { apiOf, bootNode, enrol } from "../services/node.testing.ts";
import { isCommand, runCommand } from "./index.ts";

let node: TestNode;
let said: string[];
beforeEach(async () => {
  node = await bootNode();
  said = [];
});
afterEach(() => node.close());

test("accounts are looked after from the console while the node runs, with the journal's lines", async () => {
  const at = ["--data-dir", node.dataDir, "--name", node.name];
  const run = async (...args: string[]) => {
    said = [];
    return command(...args, ...at);
  };
  const amina = await enrol(node, "amina");
  await enrol(node, "bruno");
  expect(await run("role", "amina", "administrator")).toBe(0);
  expect(await run("role", "amina@anywhere", "member")).toBe(1);
  expect(said).toEqual([expect.stringContaining("at least one administrator")]);
  expect(await run("suspend", "nobody")).toBe(1);
  expect(said).toEqual(["There is no account of that name."]);
  expect(await run("suspend", "bruno")).toBe(0);
  expect(await run("list", "--search", "bru")).toBe(0);
  expect(said).toEqual([expect.stringMatching(/^bruno {2}member .* suspended$/)]);
  expect(await run("suspend", "bruno", "--lift")).toBe(0);
  expect(await run("leave", "bruno", "--days", "3")).toBe(0);
  expect(await run("leave", "bruno", "--cancel")).toBe(0);

  const table = join(node.directory, "people.csv");
  const links = join(node.directory, "links.csv");
  await writeFile(table, "name,language\nZoé,fr\n,fr\n=1+1,\n");
  expect(await run("invite", "--csv", table, "--to", links)).toBe(0);
  expect(said[0]).toBe("Line 3 is left out: name.");
  expect((await stat(links)).mode & 0o777).toBe(0o600);
  const written = await readFile(links, "utf8");
  expect(written).toContain(`"'=1+1"`);
  expect(await run("invite", "--csv", table, "--to", links)).toBe(1);
  expect(await run("invite", "--count", "0")).toBe(1);
  const code = /\/signup#([\w-]{22})&lang=fr/.exec(written)?.[1] ?? "";
  await enrol(node, "zoe", { invitation: fromBase64url(code) });

  expect(await run("journal")).toBe(0);
  const acts = said.map((line) => line.split("  ").slice(2).join(" "));
  expect(acts.slice(0, 3)).toEqual([
    "(console) role amina role=administrator",
    "(console) suspend bruno",
    "(console) lift bruno",
  ]);
  expect(acts.slice(-2)).toEqual(["(console) stay bruno", "(console) invite count=2"]);
  const { entries } = await node.call("journal.list", { after: 0 }, amina.session);
  expect(entries).toHaveLength(acts.length);
});

test("a backup under load restores to a node with everything that was acknowledged before it", async () => {
  const amina = await enrol(node, "amina");
  const address = await addressOf(amina);
  const space = await openSpace();
  let running = true;
  let puts = 0;
  const load = async () => {
    while (running) {
      await put(address);
      await node.call("logs.append", space.log.entry());
      await space.file([20_000]);
      puts += 1;
    }
  };
  const busy = load();
  while (puts < 3) await new Promise((resolve) => setImmediate(resolve));
  const before = puts;
  const to = join(node.directory, "backup.tar");
  expect(await command("backup", "--to", to, "--data-dir", node.dataDir)).toBe(0);
  while (puts < before + 3) await new Promise((resolve) => setImmediate(resolve));
  running = false;
  await busy;
  expect((await stat(to)).mode & 0o777).toBe(0o600);
  expect((await readdir(node.dataDir)).some((name) => name.startsWith("backup-"))).toBe(false);

  const dataDir = join(node.directory, "restored");
  expect(await command("restore", "--from", to, "--data-dir", dataDir)).toBe(0);
  expect(await command("check", "--data-dir", dataDir)).toBe(0);
  expect(said.at(-1)).toBe("Everything is there and whole.");
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  const restored = await createNode(
    configOf({ dataDir, port: 0, logLevel: "silent", appDir: join(node.directory, "none") }),
    { name: () => node.name },
  );
  const { client, call } = apiOf(restored.port);
  try {
    const { boxId, session } = amina;
    const { letters } = await call("boxes.read", { boxId, after: 0 }, session);
    expect(letters.length).toBeGreaterThanOrEqual(before);
    const { token } = await call("logs.session", await space.log.session());
    const { logId } = space.log;
    const read = await call("logs.read", { logId, token, after: 0 });
    expect(read.entries.length).toBeGreaterThanOrEqual(before * 2);
    for (const { blobId, chunk } of space.files.slice(0, before))
      expect((await call("blobs.get", { logId, token, blobId, index: 0 })).chunk).toEqual(chunk);
    // The same node by its key, and it says that it was restored.
    const record = await verifyNodeRecord((await client.send(PATHS.nodeRecord)).body);
    expect(record.nodeKey).toEqual(node.node.nodeKey);
    expect(record).toHaveProperty("restored");
  } finally {
    client.close();
    await restored.close();
  }
}, 60_000);

test("restore refuses a directory that is not empty, a damaged backup, and what is no backup; nothing is left", async () => {
  await enrol(node, "amina");
  const space = await openSpace();
  await space.file([5000]);
  const to = join(node.directory, "backup.tar");
  await command("backup", "--to", to, "--data-dir", node.dataDir);
  expect(await command("backup", "--to", to, "--data-dir", node.dataDir)).toBe(1);
  expect(said.at(-1)).toContain("exists already");
  const restoreTo = (from: string, dir = "fresh") =>
    command("restore", "--from", from, "--data-dir", join(node.directory, dir));

  const full = join(node.directory, "full");
  await mkdir(full);
  await writeFile(join(full, "something"), "x");
  expect(await restoreTo(to, "full")).toBe(1);
  expect(said.at(-1)).toContain("is not empty");
  expect(await readdir(full)).toEqual(["something"]);

  const bytes = await readFile(to);
  const cases: Record<string, Buffer> = {
    short: bytes.subarray(0, bytes.length - 6000),
    noise: Buffer.from(randomBytes(5000)),
    empty: Buffer.alloc(1024),
  };
  const flipped = Buffer.from(bytes);
  // In the last chunk: the archive is in order, its content is not.
  const at = bytes.length - 1024 - 600;
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  cases["flipped"] = flipped;
  const outside = Buffer.from(bytes);
  rename(outside, "secrets", "../outside");
  cases["outside"] = outside;
  for (const [name, content] of Object.entries(cases)) {
    const path = join(node.directory, name);
    await writeFile(path, content);
    expect(await restoreTo(path), name).toBe(1);
    expect(await readdir(join(node.directory, "fresh")), name).toEqual([]);
  }
  expect(await restoreTo(join(node.directory, "not-there"))).toBe(1);
  expect(await restoreTo(to)).toBe(0);
});

test("a node does not start beside an interrupted restore", async () => {
  const dataDir = join(node.directory, "half");
  await mkdir(restoringDir(dataDir), { recursive: true });
  const start = createNode(configOf({ dataDir, port: 0, logLevel: "silent" }));
  await expect(start).rejects.toThrow("A restore was interrupted");
});

test("sessions survive a restore, unless they are to end", async () => {
  const amina = await enrol(node, "amina");
  const to = join(node.directory, "backup.tar");
  await command("backup", "--to", to, "--data-dir", node.dataDir);
  const sessionsIn = async (dir: string, ...more: string[]) => {
    const dataDir = join(node.directory, dir);
    expect(await command("restore", "--from", to, "--data-dir", dataDir, ...more)).toBe(0);
    const db = new DatabaseSync(databasePath(dataDir), { readOnly: true });
    const rows = db.prepare("SELECT session_id FROM sessions").all();
    db.close();
    return rows.map((row) => row["session_id"]);
  };
  expect(await sessionsIn("kept")).toEqual([sha256(amina.session)]);
  expect(await sessionsIn("ended", "--end-sessions")).toEqual([]);
});

test("check finds a changed entry, a changed body, a missing entry, and files that are missing or changed", async () => {
  const space = await openSpace();
  for (let i = 0; i < 3; i++) await node.call("logs.append", space.log.entry());
  await space.file([1000]);
  const shape = async (sql: string) => {
    const dataDir = join(node.directory, "copy");
    await rm(dataDir, { recursive: true, force: true });
    const to = join(node.directory, "copy.tar");
    await rm(to, { force: true });
    await command("backup", "--to", to, "--data-dir", node.dataDir);
    await command("restore", "--from", to, "--data-dir", dataDir);
    const db = new DatabaseSync(databasePath(dataDir));
    db.exec(sql);
    db.close();
    said.length = 0;
    expect(await command("check", "--data-dir", dataDir), sql).toBe(1);
    return said.join(" ");
  };
  const second = "(id & 1073741823) = 2";
  expect(await shape(`UPDATE log_entries SET sigs = x'a0' WHERE ${second}`)).toContain(
    "does not lead to its head",
  );
  expect(await shape(`UPDATE log_entries SET body = x'00' WHERE ${second}`)).toContain(
    "damaged body in entry 2",
  );
  expect(await shape(`DELETE FROM log_entries WHERE ${second}`)).toContain("lacks entry 2");
  expect(await shape("DELETE FROM log_entries WHERE (id & 1073741823) = 4")).toContain(
    "has 3 entries and should have 4",
  );
  expect(await shape("UPDATE blob_chunks SET hash = zeroblob(32)")).toContain("is damaged");
  expect(await shape("UPDATE blob_chunks SET file = zeroblob(16)")).toContain("is missing");

  const [path] = await filesOf(node.dataDir);
  if (path === undefined) throw new Error("no file");
  await appendFile(path, "x");
  expect(await command("check", "--data-dir", node.dataDir)).toBe(1);
  await truncate(path, 1000);
  expect(await command("check", "--data-dir", node.dataDir)).toBe(0);
});

test("a missing file stops a backup where an entry needs it, and is left out where none does", async () => {
  const space = await openSpace();
  await space.upload([1000]);
  const [loose] = await filesOf(node.dataDir);
  if (loose === undefined) throw new Error("no file");
  await rm(loose);
  const to = join(node.directory, "backup.tar");
  expect(await command("backup", "--to", to, "--data-dir", node.dataDir)).toBe(0);
  const dataDir = join(node.directory, "restored");
  expect(await command("restore", "--from", to, "--data-dir", dataDir)).toBe(0);

  await space.file([1000]);
  const [needed] = await filesOf(node.dataDir);
  if (needed === undefined) throw new Error("no file");
  await rm(needed);
  const second = join(node.directory, "second.tar");
  expect(await command("backup", "--to", second, "--data-dir", node.dataDir)).toBe(1);
  expect(said.at(-1)).toContain("is missing");
  await expect(stat(second)).rejects.toThrow("ENOENT");
  await expect(stat(`${second}.part`)).rejects.toThrow("ENOENT");
});

test("a new setup link works on the running node, also when there is an administrator", async () => {
  const amina = await enrol(node, "amina");
  const args = ["setup-link", "--data-dir", node.dataDir, "--name", node.name];
  expect(await command(...args)).toBe(0);
  const code = /#([A-Za-z0-9_-]+)/.exec(said.at(-1) ?? "")?.[1] ?? "";
  const setup = new Uint8Array(Buffer.from(code, "base64url"));
  await node.call("admin.claim", { setup }, amina.session);
  expect(await command(...args)).toBe(0);
});

test("commands that lack something say what; others are no commands", async () => {
  expect(await command("backup", "--data-dir", node.dataDir)).toBe(1);
  expect(said.at(-1)).toBe("The option --to FILE is missing.");
  expect(await command("backup", "--to", "x", "--no-such-setting", "1")).toBe(1);
  expect(await command("check", "--data-dir", join(node.directory, "nothing"))).toBe(1);
  expect(isCommand(["backup"])).toBe(true);
  expect(isCommand(["--port", "1"])).toBe(false);
  expect(isCommand(["constructor"])).toBe(false);
});

test("the program runs a command from a shell", async () => {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const to = join(node.directory, "shell.tar");
  const args = [main, "backup", "--to", to, "--data-dir", node.dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toContain("Wrote");
  const { stdout: listing } = await promisify(execFile)("tar", ["tvf", to]);
  expect(listing).toContain("store.sqlite");
});

function command(...args: string[]): Promise<number> {
  const context = { environment: {}, version: "test", now: Date.now, say };
  return runCommand(args, context);
}

function say(line: string): void {
  said.push(line);
}

async function addressOf({ boxId, session }: Person): Promise<Bytes> {
  const ask = { boxId, scope: "letters" as const, expires: node.now() + 60_000, count: 1 };
  const { addresses } = await node.call("boxes.addresses", ask, session);
  return addresses[0]?.address ?? new Uint8Array();
}

function put(address: Bytes) {
  const letterId = randomBytes(16);
  return node.call("boxes.put", { address, letterId, letter: randomBytes(2048) });
}

/** A log, and files that its entries name. */
async function openSpace() {
  const log = testLog(node.name);
  const { logId } = log;
  await node.call("logs.create", { genesis: log.genesis, token: await tokenFor(node.dataDir) });
  const { token } = await node.call("logs.session", await log.session());
  const files: { blobId: Bytes; chunk: Bytes }[] = [];
  const upload = async (sizes: number[]) => {
    const blobId = randomBytes(16);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    await node.call("blobs.create", { logId, token, blobId, chunks: sizes.length, bytes });
    const chunks = sizes.map((size) => randomBytes(size));
    for (const [index, chunk] of chunks.entries())
      await node.call("blobs.put", { logId, token, blobId, index, chunk, hash: sha256(chunk) });
    return { blobId, chunk: chunks[0] ?? new Uint8Array() };
  };
  return {
    log,
    files,
    upload,
    file: async (sizes: number[]) => {
      const one = await upload(sizes);
      await node.call("logs.append", log.entry({ blobs: [one.blobId] }));
      files.push(one);
    },
  };
}

async function filesOf(dataDir: string): Promise<string[]> {
  const found = await readdir(blobsDir(dataDir), { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

/** Gives an entry of an archive another name, with a checksum that fits. */
function rename(archive: Buffer, from: string, to: string): void {
  for (let at = 0; at < archive.length; at += 512) {
    const block = archive.subarray(at, at + 512);
    if (!block.subarray(0, from.length + 1).equals(Buffer.from(`${from}\0`))) continue;
    block.fill(0, 0, 100);
    block.write(to, 0);
    block.fill(" ", 148, 156);
    let sum = 0;
    for (const byte of block) sum += byte;
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return;
  }
  throw new Error("no such entry");
}

/**
 * Key-log proofs of a node with a million accounts: how large the answer is to whoever looks somebody up, and how long a
 * device takes to check all of it. The names that are looked up are real; the log around them is written to the node's
 * store in bulk, since registering a million accounts one by one takes hours.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkLookup, headsFit, verifyKeyLogHead } from "../../packages/crypto/src/index.ts";
import {
  entryHash,
  indexKey,
  innerHash,
  leafHash,
} from "../../packages/crypto/src/keylog/trees.ts";
import type { Bytes } from "../../packages/protocol/src/index.ts";
import { encodeResponse, equalBytes } from "../../packages/protocol/src/index.ts";
import { randomBytes, sha256 } from "../../packages/node/src/crypto-fast.ts";
import { bootNode, enrol } from "../../packages/node/src/services/node.testing.ts";
import { makeLeaf } from "../../packages/node/src/store/keylog-leaf.ts";
import type { Db } from "../../packages/node/src/store/sqlite/database.ts";
import { openDatabase } from "../../packages/node/src/store/sqlite/database.ts";
import { stateOf } from "../../packages/node/src/store/sqlite/keylog-trees.ts";
import { median, report } from "./figure.ts";

const ACCOUNTS = Number(process.env["ACCOUNTS"] ?? 1_000_000);
const NAMES = 40;
const HASH = 32;

/** Reports `keylog.proof.bytes` and `keylog.proof.ms`. */
export async function keyLogFigures(): Promise<void> {
  const above = fileURLToPath(new URL("..", import.meta.url));
  const directory = await mkdtemp(join(above, ".data-keylog-"));
  const dataDir = join(directory, "data");
  try {
    const node = await bootNode({ dataDir });
    const names = Array.from({ length: NAMES }, (_, i) => `person${i}`);
    for (const name of names) await enrol(node, name);
    const { head: before } = await node.call("keylog.head", {});
    await node.node.close();
    grow(join(dataDir, "store.sqlite"));
    await node.restart();
    const sizes: number[] = [];
    const times: number[] = [];
    for (const name of names) {
      const answer = await node.call("keylog.lookup", { name });
      sizes.push(encodeResponse("keylog.lookup", answer).length);
      const nodeKey = new Uint8Array(node.node.nodeKey);
      const start = performance.now();
      const signed = await verifyKeyLogHead(nodeKey, answer.head);
      const { seq } = checkLookup(answer);
      times.push(performance.now() - start);
      if (!signed || seq !== 1) throw new Error("the proof does not hold");
    }
    const { head: after } = await node.call("keylog.head", {});
    const { proof } = await node.call("keylog.consistency", { from: before.size, to: after.size });
    // A restart gives the test's node another port, and so another name.
    if (!headsFit({ ...before, node: after.node }, after, proof))
      throw new Error("it does not fit");
    report({ figure: "keylog.proof.bytes", value: median(sizes), unit: "bytes" });
    report({ figure: "keylog.proof.ms", value: median(times), unit: "ms" });
    await node.close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Fills the log up to the wished number of accounts, both trees as the node would have made them one by one. */
function grow(path: string): void {
  const db = openDatabase(path);
  try {
    const small = stateOf(db);
    const places = new Uint8Array(ACCOUNTS * HASH);
    const hashes = new Uint8Array(ACCOUNTS * HASH);
    const real = db.all<{ at: number; place: Bytes; hash: Bytes }>(
      "SELECT latest AS at, place, hash FROM keylog_places JOIN keylog_subtrees ON level = 0 AND position = latest",
    );
    for (const { at, place, hash } of real) {
      places.set(place, at * HASH);
      hashes.set(hash, at * HASH);
    }
    db.exec("BEGIN IMMEDIATE; DELETE FROM keylog_subtrees; DELETE FROM keylog_index");
    for (let at = real.length; at < ACCOUNTS; at++) {
      const place = randomBytes(HASH);
      const content = {
        secret: place,
        identityId: place,
        record: place,
        devices: [place],
        vaultVersion: 1,
        ways: place,
      };
      const leaf = makeLeaf({ place, seq: 1, prev: null, content });
      places.set(place, at * HASH);
      hashes.set(leafHash(sha256, leaf), at * HASH);
      db.run(
        "INSERT INTO keylog_leaves (at, leaf, account, seq, content) VALUES (?, ?, NULL, 1, NULL)",
        at,
        leaf,
      );
    }
    writeLog(db, hashes);
    const part = (of: Uint8Array<ArrayBuffer>, at: number) =>
      of.subarray(at * HASH, (at + 1) * HASH);
    const order = new Uint32Array(ACCOUNTS)
      .map((_, at) => at)
      .sort((a, b) => Buffer.compare(part(places, a), part(places, b)));
    writeIndex(db, order, (at) => ({ place: part(places, at), at, leaf: part(hashes, at) }));
    db.exec("COMMIT");
    // With nothing added, the bulk has to arrive at what the node made itself.
    if (ACCOUNTS === real.length && !equalBytes(stateOf(db).index, small.index))
      throw new Error("the bulk makes another index than the node");
  } finally {
    db.close();
  }
}

/** Every complete subtree of the log, level by level. */
function writeLog(db: Db, leaves: Uint8Array<ArrayBuffer>): void {
  let below = leaves;
  for (let level = 0; below.length >= HASH; level++) {
    const count = below.length / HASH;
    const next = new Uint8Array(Math.floor(count / 2) * HASH);
    for (let position = 0; position < count; position++) {
      const hash = below.subarray(position * HASH, (position + 1) * HASH);
      db.run(
        "INSERT INTO keylog_subtrees (level, position, hash) VALUES (?, ?, ?)",
        level,
        position,
        hash,
      );
      if (position % 2 === 0) continue;
      const left = below.subarray((position - 1) * HASH, position * HASH);
      next.set(innerHash(sha256, left, hash), ((position - 1) / 2) * HASH);
    }
    below = next;
  }
}

type Entry = { place: Bytes; at: number; leaf: Bytes };

/** Every subtree of the index that is not empty; `order` holds the entries' numbers by place. */
function writeIndex(db: Db, order: Uint32Array, entryOf: (at: number) => Entry): void {
  const write = (start: number, end: number, depth: number): Bytes => {
    if (start === end) return new Uint8Array(HASH);
    const first = entryOf(order[start] ?? 0);
    const only = end - start === 1;
    let hash: Bytes;
    if (only) hash = entryHash(sha256, first);
    else {
      let middle = start;
      while (middle < end && !bitOf(entryOf(order[middle] ?? 0).place, depth)) middle += 1;
      const left = write(start, middle, depth + 1);
      hash = sha256(Uint8Array.of(3), left, write(middle, end, depth + 1));
    }
    db.run(
      "INSERT INTO keylog_index (subtree, hash, place, entry) VALUES (?, ?, ?, ?)",
      indexKey(depth, first.place),
      hash,
      only ? first.place : null,
      only ? first.at : null,
    );
    return hash;
  };
  write(0, order.length, 0);
}

function bitOf(place: Bytes, at: number): boolean {
  return (((place[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
}

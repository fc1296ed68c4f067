/**
 * Key-log proofs of a node with a million accounts: how large the answer is to whoever looks somebody up, and how long a
 * device takes to check all of it. The log is grown by the node's own code; the names that are looked up are real.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkLookup, headsFit, verifyKeyLogHead } from "../../packages/crypto/src/index.ts";
import { encodeResponse } from "../../packages/protocol/src/index.ts";
import { randomBytes } from "../../packages/node/src/crypto-fast.ts";
import { bootNode, enrol } from "../../packages/node/src/services/node.testing.ts";
import { makeLeaf } from "../../packages/node/src/store/keylog-leaf.ts";
import { openDatabase } from "../../packages/node/src/store/sqlite/database.ts";
import { growTrees, sizeOf } from "../../packages/node/src/store/sqlite/keylog-trees.ts";
import { median, report } from "./figure.ts";

const ACCOUNTS = Number(process.env["ACCOUNTS"] ?? 1_000_000);
const NAMES = 40;
const AT_ONCE = 20_000;

/** Reports `keylog.proof.bytes` and `keylog.proof.ms`. */
export async function keyLogFigures(): Promise<void> {
  const directory = await mkdtemp(
    join(fileURLToPath(new URL("..", import.meta.url)), ".data-keylog-"),
  );
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

/** Fills the log up to the wished number of accounts, as the store does with each registration. */
function grow(path: string): void {
  const db = openDatabase(path);
  try {
    for (let at = sizeOf(db); at < ACCOUNTS;) {
      db.exec("BEGIN IMMEDIATE");
      const end = Math.min(ACCOUNTS, at + AT_ONCE);
      for (; at < end; at++) {
        const place = randomBytes(32);
        const leaf = makeLeaf({
          place,
          seq: 1,
          prev: null,
          content: {
            secret: randomBytes(32),
            identityId: place,
            record: place,
            devices: [place],
            vaultVersion: 1,
            ways: place,
          },
        });
        db.run(
          "INSERT INTO keylog_leaves (at, leaf, account, seq, content) VALUES (?, ?, NULL, 1, NULL)",
          at,
          leaf,
        );
        growTrees(db, at, place, leaf);
      }
      db.exec("COMMIT");
    }
  } finally {
    db.close();
  }
}

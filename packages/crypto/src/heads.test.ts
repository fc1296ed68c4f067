import type { Bytes, Head, StoredEntry } from "@baraza/protocol";
import { encodeCbor, utf8 } from "@baraza/protocol";
import { beforeAll, expect, test } from "vitest";
import type { Ed25519KeyPair } from "./ed25519.ts";
import { ed25519Generate } from "./ed25519.ts";
import type { KnownHead } from "./heads.ts";
import {
  advance,
  compareSeen,
  genesisHead,
  nextHead,
  signHead,
  startOfLog,
  verifyHead,
  verifyHeadProof,
} from "./heads.ts";
import { counting, flipped, NOW } from "./test-helpers.ts";

type Row = Pick<StoredEntry, "seq" | "header" | "sigs">;

const logId = counting(1, 32);
const genesis = utf8("genesis");
let node: Ed25519KeyPair;
let rows: Row[];
let heads: Bytes[];
let signed: Head[];
const start = (): KnownHead => startOfLog(logId, genesis);

/** A log of `count` entries; `salt` makes it another one. */
async function grow(count: number, salt: string) {
  const entries: Row[] = [];
  const values = [genesisHead(genesis)];
  const receipts: Head[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const header = utf8(`${seq < 3 ? "" : salt}header ${seq}`);
    const sigs = { posting: counting(seq, 64) };
    entries.push({ seq, header, sigs });
    const head = nextHead(values[seq - 1] ?? logId, seq, header, sigs);
    values.push(head);
    receipts.push(await signHead(node, { logId, gen: 0, seq, head, time: NOW + seq }));
  }
  return { entries, values, receipts };
}

beforeAll(async () => {
  node = ed25519Generate();
  const log = await grow(5, "");
  rows = log.entries;
  heads = log.values;
  signed = log.receipts;
});

const at = (seq: number): Head => {
  const head = signed[seq - 1];
  if (head === undefined) throw new Error("no head");
  return head;
};
const known = (seq: number): KnownHead => ({
  ...start(),
  seq,
  head: at(seq).head,
  receipt: at(seq),
});

test("a head is valid for its node and all of its fields", async () => {
  expect(await verifyHead(node.publicKey, at(2))).toBe(true);
  expect(await verifyHead(ed25519Generate().publicKey, at(2))).toBe(false);
  const changes: Partial<Head>[] = [
    { logId: counting(2, 32) },
    { gen: 1 },
    { seq: 3 },
    { head: counting(2, 32) },
    { time: NOW },
    { sig: flipped(at(2).sig, 0) },
  ];
  for (const change of changes)
    expect(await verifyHead(node.publicKey, { ...at(2), ...change })).toBe(false);
  for (const bad of [null, undefined, {}, { ...at(2), seq: -1 }])
    expect(await verifyHead(node.publicKey, bad as never)).toBe(false);
});

test("entries from the genesis to the head are taken", () => {
  const step = advance(start(), at(5), rows);
  expect(step.verdict).toBe("ok");
  expect(step.state).toEqual({ logId, gen: 0, seq: 5, head: heads[5], receipt: at(5) });
});

test("entries that are known already may repeat, and the same head twice changes nothing", () => {
  const step = advance(known(2), at(5), rows);
  expect(step.verdict).toBe("ok");
  expect(step.state.seq).toBe(5);
  expect(advance(step.state, at(5), rows)).toEqual(step);
  expect(advance(step.state, at(5), [])).toEqual(step);
});

test("entries that do not reach the head yet leave the member behind, and move the state on", () => {
  const step = advance(start(), at(5), rows.slice(0, 3));
  expect(step.verdict).toBe("behind");
  expect(step.state).toEqual({ logId, gen: 0, seq: 3, head: heads[3], receipt: null });
  expect(advance(step.state, at(5), rows.slice(3)).verdict).toBe("ok");
  expect(advance(known(5), at(5), []).verdict).toBe("ok");
  expect(advance(known(3), at(5), []).state).toEqual(known(3));
});

test("a missing entry is a gap, and the state stays", () => {
  const step = advance(
    known(1),
    at(5),
    [rows[1], rows[3], rows[4]].filter((row) => row !== undefined),
  );
  expect(step).toEqual({ state: known(1), verdict: "gap" });
  expect(advance(known(1), { ...at(5), logId: counting(3, 32) }, rows).verdict).toBe("gap");
});

test("an entry, header or signature that was changed does not fit the signed head", () => {
  const last = rows[4];
  if (last === undefined) throw new Error("no row");
  const changed: Row[] = [
    { ...last, header: utf8("other") },
    { ...last, sigs: {} },
    { ...last, sigs: { ...last.sigs, seat: counting(1, 64) } },
  ];
  for (const row of changed) {
    const step = advance(known(4), at(5), [row]);
    expect(step).toEqual({ state: known(4), verdict: "forked" });
  }
});

test("two signed heads for one position are a fork and prove it", async () => {
  const other = await grow(5, "other ");
  const fork = other.receipts[4];
  if (fork === undefined) throw new Error("no head");
  const step = advance(known(5), fork, other.entries);
  expect(step.verdict).toBe("forked");
  expect(step.state).toEqual(known(5));
  if (step.proof === undefined) throw new Error("no proof");
  expect(await verifyHeadProof(node.publicKey, step.proof)).toBe(true);
  expect(await verifyHeadProof(ed25519Generate().publicKey, step.proof)).toBe(false);
});

test("a fork further on is noticed by the entries, without a proof", async () => {
  const other = await grow(5, "other ");
  const fork = other.receipts[4];
  if (fork === undefined) throw new Error("no head");
  const step = advance(known(4), fork, other.entries);
  expect(step).toEqual({ state: known(4), verdict: "forked" });
});

test("a lower head that the hub signed later is a rollback and proves it", async () => {
  const back = await signHead(node, { ...fieldsOf(at(3)), time: NOW + 100 });
  const step = advance(known(5), back, rows);
  expect(step.verdict).toBe("rolledBack");
  expect(step.state).toEqual(known(5));
  if (step.proof === undefined) throw new Error("no proof");
  expect(await verifyHeadProof(node.publicKey, step.proof)).toBe(true);
});

test("a lower head that is merely late changes nothing", () => {
  expect(advance(known(5), at(3), rows)).toEqual({ state: known(5), verdict: "ok" });
});

test("a lower head than the one in the vault is a rollback", () => {
  const fromVault = { ...known(5), receipt: null };
  expect(advance(fromVault, at(3), rows)).toEqual({ state: fromVault, verdict: "rolledBack" });
});

test("an older generation is a rollback; a newer one has to go on from the end", async () => {
  const moved = { ...known(5), gen: 1, receipt: null };
  expect(advance(moved, at(5), []).verdict).toBe("rolledBack");
  const shorter = await signHead(node, { ...fieldsOf(at(3)), gen: 1, time: NOW + 100 });
  expect(advance(known(5), shorter, []).verdict).toBe("rolledBack");
  const header = utf8("header 6");
  const head = nextHead(at(5).head, 6, header, {});
  const next = await signHead(node, { logId, gen: 1, seq: 6, head, time: NOW + 100 });
  const step = advance(known(5), next, [{ seq: 6, header, sigs: {} }]);
  expect([step.verdict, step.state.gen, step.state.seq]).toEqual(["ok", 1, 6]);
});

test("honest heads prove nothing", async () => {
  expect(await verifyHeadProof(node.publicKey, { first: at(3), second: at(5) })).toBe(false);
  expect(await verifyHeadProof(node.publicKey, { first: at(3), second: at(3) })).toBe(false);
});

test("what another member has seen is compared with one's own chain", () => {
  const own = (seq: number) => heads[seq];
  const seen = (seq: number, head: Bytes | undefined) => ({ gen: 0, seq, head: head ?? logId });
  expect(compareSeen(seen(3, heads[3]), known(5), own)).toBe("ok");
  expect(compareSeen(seen(5, heads[5]), known(5), own)).toBe("ok");
  expect(compareSeen(seen(3, heads[2]), known(5), own)).toBe("forked");
  expect(compareSeen(seen(6, heads[5]), known(5), own)).toBe("behind");
  expect(compareSeen(seen(3, heads[2]), known(5), () => undefined)).toBe("ok");
});

test("signatures with undefined parts hash like those without them", () => {
  expect(encodeCbor({ posting: logId, seat: undefined })).toEqual(encodeCbor({ posting: logId }));
});

function fieldsOf({ logId: log, gen, seq, head }: Head) {
  return { logId: log, gen, seq, head };
}

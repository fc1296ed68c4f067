/**
 * `keylog audit`: checks any node's key log from outside, as anybody may: its heads are signed, each continues the one that
 * was seen the last time, other nodes saw the same, and (with `--all`) every leaf is in it and the index leads to the newest
 * of each account. What was seen is kept in a file, so that the next audit sees what changed.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  headsContradict,
  headsFit,
  readKeyLogHead,
  readKeyLogLeaf,
  verifyKeyLogHead,
  verifyNodeRecord,
} from "@baraza/crypto";
import { appendLeaf, entryHash, leafHash, treeRoot } from "@baraza/crypto/keylog-trees";
import type { IndexEntry } from "@baraza/crypto/keylog-trees";
import type { Bytes, KeyLogHead, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import {
  bytes32,
  decodeResponse,
  encodeCbor,
  encodeRequest,
  equalBytes,
  keyLogHead,
  LIMITS,
  object,
  PATHS,
  ProtocolError,
  readAs,
  toHex,
} from "@baraza/protocol";
import { sha256 } from "../crypto-fast.ts";
import { writeDurably } from "../secrets.ts";
import { CommandError } from "./errors.ts";

export type AuditOptions = {
  /** `https://node.example` */
  origin: string;
  /** What the last audit saw is in it; it is made where there is none. */
  file: string;
  /** Read and check every leaf. */
  all: boolean;
  /** Origins of other nodes that are asked what they saw. */
  witnesses: readonly string[];
  fetch: typeof globalThis.fetch;
  say: (line: string) => void;
};

const kept = object({ nodeKey: bytes32, head: keyLogHead });
const FIRST_BYTES = 32;

export const KEYLOG_HELP = [
  "keylog audit ORIGIN [--file FILE] [--all] [--witness ORIGIN]...",
  "  checks the key log of the node at ORIGIN (https://node.example) from outside, against what FILE kept the last time;",
  "  --all reads every leaf; --witness asks another node what it saw.",
].join("\n");

/** Runs the command from its arguments. @returns the exit code: 0 all is well, 1 something is wrong, 2 the arguments are */
export async function keyLogCommand(
  args: readonly string[],
  say: (line: string) => void,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    options: {
      file: { type: "string" },
      all: { type: "boolean" },
      witness: { type: "string", multiple: true },
    },
  });
  const [what, origin] = positionals;
  if (what !== "audit" || origin === undefined) {
    say(KEYLOG_HELP);
    return 2;
  }
  const host = new URL(origin).host;
  const file = typeof values.file === "string" ? values.file : `${host.replace(":", "-")}.keylog`;
  const witnesses = (values.witness ?? []).filter((one) => typeof one === "string");
  try {
    return await audit({ origin, file, all: values.all === true, witnesses, fetch, say });
  } catch (cause) {
    if (!(cause instanceof CommandError) && !(cause instanceof ProtocolError)) throw cause;
    say(cause instanceof CommandError ? cause.message : `The node answered: ${cause.code}.`);
    return 1;
  }
}

/** Checks a node's log. @returns 0 when all is well, 1 when not; what was found is said in sentences. */
export async function audit(options: AuditOptions): Promise<number> {
  const { origin, file, say } = options;
  const call = caller(origin, options.fetch);
  const name = new URL(origin).host;
  const record = await verifyNodeRecord(await wellKnown(origin, options.fetch));
  if (record.name !== name) throw new CommandError(`It calls itself ${record.name}, not ${name}.`);
  const before = await readKept(file);
  if (before !== null && !equalBytes(before.nodeKey, record.nodeKey)) {
    say("WRONG: the node has another key than the last time.");
    return 1;
  }
  const { head } = await call("keylog.head", {});
  if (head.node !== name || !(await verifyKeyLogHead(record.nodeKey, head)))
    throw new CommandError("WRONG: the head is not signed by the node's key.");
  say(`${name}: ${head.size} leaves, ${new Date(head.time).toISOString()}`);
  const problems: string[] = [];
  const judge = async (other: KeyLogHead, who: string) => {
    if (!(await verifyKeyLogHead(record.nodeKey, other))) return;
    if (await fits(call, other, head)) return say(`It continues ${who} (${other.size} leaves).`);
    const proof = `${file}.proof`;
    await writeDurably(proof, encodeCbor({ first: other, second: head }));
    problems.push(
      `WRONG: it does not continue ${who} (${other.size} leaves). Both signed heads are in ${proof}.`,
    );
  };
  if (before !== null) await judge(before.head, "what it showed the last time");
  for (const witness of options.witnesses) {
    try {
      const seen = await caller(witness, options.fetch)("keylog.head", { node: name });
      await judge(seen.head, `what ${new URL(witness).host} saw`);
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      say(`${new URL(witness).host} has seen nothing of it.`);
    }
  }
  if (options.all) problems.push(...(await checkAll(call, head, say)));
  for (const problem of problems) say(problem);
  if (problems.length > 0) return 1;
  await writeDurably(file, encodeCbor({ nodeKey: record.nodeKey, head }));
  say(`All is well. ${file} keeps what was seen.`);
  return 0;
}

type Call = <N extends RouteName>(name: N, request: RequestOf<N>) => Promise<ResponseOf<N>>;

function caller(origin: string, fetch: typeof globalThis.fetch): Call {
  return async (name, request) => {
    const response = await fetch(new URL(PATHS.api + name, origin), {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: encodeRequest(name, request),
      redirect: "error",
    });
    return decodeResponse(name, response.status, new Uint8Array(await response.arrayBuffer()));
  };
}

async function wellKnown(origin: string, fetch: typeof globalThis.fetch): Promise<Bytes> {
  const response = await fetch(new URL(PATHS.nodeRecord, origin), { redirect: "error" });
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200 || body.length > LIMITS.recordBytes)
    throw new CommandError("There is no node at this address.");
  return body;
}

async function readKept(file: string): Promise<{ nodeKey: Bytes; head: KeyLogHead } | null> {
  try {
    const { nodeKey, head } = readAs(kept, new Uint8Array(await readFile(file)));
    return { nodeKey, head: readKeyLogHead(encodeCbor(head)) };
  } catch (cause) {
    if (cause instanceof ProtocolError)
      throw new CommandError(`${file} is no file of an audit.`, { cause });
    return null;
  }
}

async function fits(call: Call, a: KeyLogHead, b: KeyLogHead): Promise<boolean> {
  const [first, second] = a.size <= b.size ? [a, b] : [b, a];
  if (headsContradict(first, second)) return false;
  if (first.size === second.size) return true;
  try {
    const { proof } = await call("keylog.consistency", { from: first.size, to: second.size });
    return headsFit(first, second, proof);
  } catch (cause) {
    // It signed the longer one and does not know it any more.
    if (cause instanceof ProtocolError && cause.code === "malformed") return false;
    throw cause;
  }
}

/** Reads every leaf: the root over them, each account's chain, and the root of the index over the newest of each. */
async function checkAll(
  call: Call,
  head: KeyLogHead,
  say: (line: string) => void,
): Promise<string[]> {
  const subtrees = new Map<string, Bytes>();
  const read = (level: number, position: number): Bytes =>
    subtrees.get(`${level} ${position}`) ?? new Uint8Array(FIRST_BYTES);
  const latest = new Map<string, { entry: IndexEntry; seq: number }>();
  const problems: string[] = [];
  for (let at = 0; at < head.size;) {
    const { leaves } = await call("keylog.leaves", {
      start: at,
      count: Math.min(LIMITS.keyLogLeavesRead, head.size - at),
    });
    if (leaves.length === 0) throw new CommandError("WRONG: the node withholds leaves.");
    for (const bytes of leaves.slice(0, head.size - at)) {
      const leaf = readKeyLogLeaf(bytes);
      const hash = leafHash(sha256, bytes);
      for (const one of appendLeaf(sha256, read, at, hash)) {
        subtrees.set(`${one.level} ${one.position}`, one.hash);
        // Both halves of a whole are not needed any more, but on the right edge nothing is whole yet.
        if (one.level > 0) {
          subtrees.delete(`${one.level - 1} ${one.position * 2}`);
          subtrees.delete(`${one.level - 1} ${one.position * 2 + 1}`);
        }
      }
      const place = toHex(leaf.place);
      const before = latest.get(place);
      if (leaf.seq !== (before?.seq ?? 0) + 1 || leaf.prev !== before?.entry.at)
        problems.push(`WRONG: leaf ${at} does not continue its account's chain.`);
      latest.set(place, { seq: leaf.seq, entry: { place: leaf.place, at, leaf: hash } });
      at += 1;
    }
  }
  if (!equalBytes(treeRoot(sha256, read, head.size), head.root))
    problems.push("WRONG: the leaves do not make the root that the head names.");
  const entries = [...latest.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const root = rootOver(
    entries.map(([, { entry }]) => entry),
    0,
  );
  if (!equalBytes(root, head.index))
    problems.push("WRONG: the index does not lead to the newest leaf of every account.");
  if (problems.length === 0) say(`Every leaf is there: ${latest.size} names.`);
  return problems;
}

/** The root of the prefix tree over entries in the order of their places. */
function rootOver(entries: readonly IndexEntry[], depth: number): Bytes {
  const [only] = entries;
  if (only === undefined) return new Uint8Array(32);
  if (entries.length === 1) return entryHash(sha256, only);
  const bit = (entry: IndexEntry) => ((entry.place[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1;
  const split = entries.findIndex((entry) => bit(entry) === 1);
  const middle = split < 0 ? entries.length : split;
  const left = rootOver(entries.slice(0, middle), depth + 1);
  const right = rootOver(entries.slice(middle), depth + 1);
  return sha256(Uint8Array.of(3), left, right);
}

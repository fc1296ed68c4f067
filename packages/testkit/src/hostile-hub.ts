/** A hub that lies to one reader: it stands between an engine and its own node, and has the node's key. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ed25519FromSeed, genesisHead, nextHead, signHead } from "@baraza/crypto";
import type { Bytes, StoredEntry } from "@baraza/protocol";
import { decodeCbor, decodeResponse, encodeResponse, PATHS, toHex } from "@baraza/protocol";
import { hubEntries, hubGenesis } from "./inspect.ts";
import type { Between } from "./line.ts";
import type { TestNode } from "./node-handle.ts";

/** Changes the entries that a read gives. */
export type Lie = (entries: readonly StoredEntry[]) => readonly StoredEntry[];

/** Gives changed entries under the true head. */
export function withLies(lie: Lie): Between {
  return (path, _body, pass) =>
    onRead(path, pass, async (page) => ({ ...page, entries: [...lie(page.entries)] }));
}

/** Gives changed entries, numbers them anew, and signs a chain of heads for them as if nothing had happened. */
export function withSignedLies(node: TestNode, lie: Lie): Between {
  const key = nodeKeyOf(node);
  return (path, _body, pass) =>
    onRead(path, pass, async (page) => {
      const first = page.entries[0];
      if (first === undefined) return page;
      const { logId } = page.head;
      let head = headBefore(node, toHex(logId), first.seq);
      const entries = lie(page.entries).map((entry, index) => {
        const seq = first.seq + index;
        head = nextHead(head, seq, entry.header, entry.sigs);
        return { ...entry, seq };
      });
      const { gen, time } = page.head;
      const seq = first.seq + entries.length - 1;
      return { ...page, entries, head: await signHead(key, { logId, gen, seq, head, time }) };
    });
}

type Page = ReturnType<typeof decodeResponse<"logs.read">>;

async function onRead(
  path: string,
  pass: () => Promise<{ status: number; body: Bytes }>,
  change: (page: Page) => Promise<Page>,
): Promise<{ status: number; body: Bytes }> {
  const answer = await pass();
  if (path !== `${PATHS.api}logs.read` || answer.status !== 200) return answer;
  const page = await change(decodeResponse("logs.read", answer.status, answer.body));
  return { status: 200, body: encodeResponse("logs.read", page) };
}

/** The node's own signing key, from its data directory. */
export function nodeKeyOf(node: TestNode) {
  const secrets = decodeCbor(new Uint8Array(readFileSync(join(node.dataDir, "secrets")))) as {
    nodeSeed: Bytes;
  };
  return ed25519FromSeed(secrets.nodeSeed);
}

function headBefore(node: TestNode, logId: string, seq: number): Bytes {
  let head = genesisHead(hubGenesis(node, logId));
  for (const entry of hubEntries(node, logId))
    if (entry.seq < seq) head = nextHead(head, entry.seq, entry.header, entry.sigs);
  return head;
}

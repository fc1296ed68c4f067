/**
 * Gossip about key logs: every node remembers the newest head of each node that it has to do with, tells others, and keeps
 * two heads that do not fit together as a proof that a node lies. What it remembers of others it also gives to its own
 * users and to anybody who asks, so that somebody new can find out what a node told others before.
 */
import { headsContradict, headsFit, readKeyLogHead, verifyKeyLogHead } from "@baraza/crypto";
import type { Bytes, KeyLogHead, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import {
  decodeResponse,
  encodeCbor,
  encodeRequest,
  LIMITS,
  PATHS,
  ProtocolError,
} from "@baraza/protocol";
import type { Outbound } from "../../edges/outbound.ts";
import type { Store } from "../../store/port.ts";

export type GossipDeps = {
  store: Pick<Store, "keylog">;
  name: () => string;
  outbound: Outbound;
  nodeKeyOf: (node: string, fresh: boolean) => Promise<Bytes>;
  ownHead: () => Promise<KeyLogHead>;
};

export type Gossip = {
  /** The newest head of another node that was seen here. */
  seen: (node: string) => Promise<KeyLogHead | null>;
  /** Answers what another node says. @throws ProtocolError `bad_signature` when its own head is not its own. */
  answer: (heads: readonly KeyLogHead[]) => Promise<{ heads: KeyLogHead[] }>;
  /** Exchanges heads with some of the nodes that are known. */
  round: () => Promise<void>;
  met: (node: string) => void;
  close: () => void;
};

const EVERY_MS = 10 * 60_000;
/** Nodes asked in one round, chosen in turn. */
const PER_ROUND = 20;
const REMEMBERED = 2000;
const PROOFS_PER_NODE = 4;
const RESPONSE_BYTES = LIMITS.requestBytes;

export function createGossip(deps: GossipDeps): Gossip {
  const { store, outbound, nodeKeyOf, name } = deps;
  /** Nodes by when they were asked last, longest ago first. */
  const known = new Set<string>();
  const met = (node: string) => {
    if (node === name() || known.has(node) || known.size >= REMEMBERED) return;
    known.add(node);
  };
  const seen = async (node: string): Promise<KeyLogHead | null> => {
    const [row] = await store.keylog.heads({ nodes: [node], limit: 1 });
    return row?.node === node ? readKeyLogHead(row.head) : null;
  };

  /** Takes a head in: kept when it is newer and fits, kept as proof when it does not. Of nodes that are not known, nothing. */
  const take = async (head: KeyLogHead): Promise<void> => {
    const { node } = head;
    if (node === name()) return;
    const before = await seen(node);
    if (before === null && !known.has(node)) return;
    if (before !== null && before.size === head.size && !headsContradict(before, head)) {
      if (head.time > before.time && (await genuine(head))) await keep(head);
      return;
    }
    if (!(await genuine(head))) return;
    met(node);
    if (before === null) return keep(head);
    const [first, second] = before.size <= head.size ? [before, head] : [head, before];
    if (headsContradict(first, second)) return accuse(first, second);
    const { proof } = await ask(node, "keylog.consistency", { from: first.size, to: second.size });
    // No answer proves nothing; an answer that does not prove what it should does.
    if (!headsFit(first, second, proof)) return accuse(first, second);
    await keep(second);
  };
  const genuine = async (head: KeyLogHead) =>
    verifyKeyLogHead(await nodeKeyOf(head.node, false), head);
  const keep = async (head: KeyLogHead) => {
    await store.keylog.keepHead({ node: head.node, size: head.size, head: encodeCbor(head) });
  };
  const accuse = async (first: KeyLogHead, second: KeyLogHead) => {
    const { node } = first;
    await store.keylog.keepProof({
      node,
      first: encodeCbor(first),
      second: encodeCbor(second),
      max: PROOFS_PER_NODE,
    });
  };
  const ask = async <N extends RouteName>(
    node: string,
    route: N,
    request: RequestOf<N>,
  ): Promise<ResponseOf<N>> => {
    const { status, body } = await outbound.send(node, {
      method: "POST",
      path: PATHS.api + route,
      type: "application/cbor",
      body: encodeRequest(route, request),
      maxBytes: RESPONSE_BYTES,
    });
    return decodeResponse(route, status, body);
  };
  const takeAll = async (heads: readonly KeyLogHead[]) => {
    for (const head of heads)
      await take(head).catch((error: unknown) => {
        // A node that does not answer now is asked again.
        if (!(error instanceof ProtocolError)) throw error;
      });
  };
  const mine = async (about: readonly string[]): Promise<KeyLogHead[]> => {
    const limit = LIMITS.keyLogHeads - 1;
    const rows = await store.keylog.heads({ nodes: about.slice(0, limit), limit });
    const proofs = await store.keylog.proofs(null);
    // Both halves of a proof: whoever hears them can see it for themselves.
    const proven = proofs.slice(0, 4).flatMap(({ first, second }) => [first, second]);
    const others = [...proven, ...rows.map(({ head }) => head)].slice(0, limit);
    return [await deps.ownHead(), ...others.map((head) => readKeyLogHead(head))];
  };

  const round = async () => {
    for (const { node } of await store.keylog.heads({ nodes: [], limit: REMEMBERED })) met(node);
    for (const node of [...known].slice(0, PER_ROUND)) {
      known.delete(node);
      known.add(node);
      try {
        const { heads } = await ask(node, "keylog.gossip", { heads: await mine([node]) });
        await takeAll(heads);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
  };
  const timer = setInterval(() => {
    round().catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, EVERY_MS);
  timer.unref();

  return {
    seen,
    met,
    round,
    answer: async (heads) => {
      const [first] = heads;
      if (first === undefined || !(await genuine(first))) throw new ProtocolError("bad_signature");
      met(first.node);
      await takeAll(heads);
      return { heads: await mine(heads.map(({ node }) => node)) };
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

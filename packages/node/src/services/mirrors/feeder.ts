/**
 * Feeding the copies that other nodes keep of this node's logs: after each append, and after a break from where a copy stands.
 *
 * [Note: What an acknowledgement waits for] A log with mirrors acknowledges an append when one of them has it too, so that nothing
 * acknowledged is lost with the hub. It does not wait for longer than {@link PATIENCE_MS}, and not at all while none of them
 * answers: a conversation does not stop because a copy cannot be made.
 */
import type { Bytes, Head, RequestOf } from "@baraza/protocol";
import {
  decodeResponse,
  encodeCbor,
  encodeRequest,
  LABELS,
  PATHS,
  ProtocolError,
  toHex,
} from "@baraza/protocol";
import { createSigner, nextHead, pageDigest } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { Store } from "../../store/port.ts";
import type { CopyResult } from "../../store/port-mirrors.ts";

export type FeederDeps = {
  store: Pick<Store, "mirrors">;
  /** This node's name. */
  name: string;
  /** 32-byte seed of the node's key. */
  nodeKey: Bytes;
  outbound: Outbound;
  /** A page of a log; see the logs service. */
  copyOf(logId: Bytes, after: number): Promise<CopyResult & { receipt: Head | null }>;
  now: () => number;
  /** First and longest wait before a mirror is tried again, milliseconds. */
  retryMs?: number;
  retryMaxMs?: number;
  /** How long an acknowledgement waits, milliseconds. */
  patienceMs?: number;
};

export type Feeder = {
  /** Reads which logs have copies, and looks where those stand. */
  start: () => Promise<void>;
  /** The mirrors of a log have changed, or it is kept here from now on. */
  changed: (logId: Bytes) => void;
  /**
   * A log has come to `seq`: its copies are fed. @returns a promise of the moment when one of them has it, or none will for now;
   * null where nobody waits
   */
  appended: (logId: Bytes, seq: number) => Promise<void> | null;
  /** Resolves when nothing waits that can be fed now. */
  idle: () => Promise<void>;
  close: () => Promise<void>;
};

/** One mirror of one log. */
type Copy = {
  readonly logId: Bytes;
  readonly node: string;
  /** How far it is; unknown until it was asked. */
  have: number | null;
  /** The head there, as far as this node has worked it out. */
  head: { seq: number; head: Bytes } | null;
  /** It did not take what it was given last. */
  down: boolean;
  wait: number;
  /** The stewards name it no longer: it gets the entry that says so. */
  leaving: number;
  /** To be told the newest receipt although nothing new stands there. */
  renew: boolean;
  again: boolean;
  running: Promise<void> | null;
  timer: NodeJS.Timeout | undefined;
};
type Waiter = { seq: number; done: () => void };
type Fed = { copies: Map<string, Copy>; waiters: Set<Waiter> };

const PATIENCE_MS = 2000;
/** A receipt's date tells members how fresh a copy is. */
const RENEW_MS = 6 * 60 * 60_000;
/** How often a mirror that is let go is told so. */
const FAREWELLS = 5;
const ANSWER_BYTES = 16 * 1024;

export function createFeeder(deps: FeederDeps): Feeder {
  const { store, retryMs = 1000, retryMaxMs = 5 * 60_000, patienceMs = PATIENCE_MS } = deps;
  const sign = createSigner(deps.nodeKey);
  const logs = new Map<string, Fed>();
  const working = new Set<Promise<void>>();
  let closed = false;

  const track = (work: Promise<void>): Promise<void> => {
    const safe = work.catch(() => {
      // The store is closing; what is behind is found again at the next start.
    });
    working.add(safe);
    return safe.finally(() => working.delete(safe));
  };

  const settle = (fed: Fed) => {
    const copies = [...fed.copies.values()].filter((one) => one.leaving === 0);
    const best = Math.max(-1, ...copies.map((one) => one.have ?? -1));
    const none = copies.every((one) => one.down);
    for (const waiter of fed.waiters)
      if (none || waiter.seq <= best) {
        fed.waiters.delete(waiter);
        waiter.done();
      }
  };

  const set = (logId: Bytes, nodes: readonly string[]) => {
    const name = toHex(logId);
    const fed: Fed = logs.get(name) ?? { copies: new Map(), waiters: new Set() };
    const wanted = nodes.filter((node) => node !== deps.name);
    for (const node of wanted) {
      const copy = fed.copies.get(node);
      if (copy === undefined) fed.copies.set(node, newCopy(logId, node));
      else copy.leaving = 0;
    }
    for (const copy of fed.copies.values())
      if (!wanted.includes(copy.node) && copy.leaving === 0) copy.leaving = 1;
    if (fed.copies.size === 0) logs.delete(name);
    else logs.set(name, fed);
    for (const copy of fed.copies.values()) kick(fed, copy);
  };

  const forget = (fed: Fed, copy: Copy) => {
    clearTimeout(copy.timer);
    fed.copies.delete(copy.node);
    if (fed.copies.size === 0) logs.delete(toHex(copy.logId));
    settle(fed);
  };

  const kick = (fed: Fed, copy: Copy) => {
    if (closed) return;
    copy.again = true;
    // While it is waited for, its time decides.
    if (copy.running !== null || copy.timer !== undefined) return;
    copy.running = track(run(fed, copy));
  };

  const run = async (fed: Fed, copy: Copy): Promise<void> => {
    try {
      while (copy.again && !closed) {
        copy.again = false;
        await feed(fed, copy);
      }
      copy.down = false;
      copy.wait = 0;
      if (copy.leaving > 0) forget(fed, copy);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      later(fed, copy, error);
    } finally {
      copy.running = null;
      settle(fed);
    }
  };

  const later = (fed: Fed, copy: Copy, { code }: ProtocolError) => {
    copy.have = null;
    copy.head = null;
    copy.down = true;
    // The log is gone here; or there, for a mirror that was let go.
    if (code === "log_deleted" || (copy.leaving > 0 && code === "not_found"))
      return forget(fed, copy);
    if (copy.leaving > 0 && ++copy.leaving > FAREWELLS) return forget(fed, copy);
    if (closed) return;
    copy.wait = Math.min(retryMaxMs, copy.wait === 0 ? retryMs : copy.wait * 2);
    copy.timer = setTimeout(
      () => {
        copy.timer = undefined;
        kick(fed, copy);
      },
      copy.wait * (0.5 + Math.random() / 2),
    );
    copy.timer.unref();
  };

  /** Gives a copy everything that it does not have. @throws ProtocolError */
  const feed = async (fed: Fed, copy: Copy): Promise<void> => {
    const { logId } = copy;
    if (copy.have === null) {
      const { moved } = await deps.copyOf(logId, 0);
      copy.have = await send(copy, { logId, entries: [], ...(moved === null ? {} : { moved }) });
    }
    for (;;) {
      const after = copy.have;
      const page = await deps.copyOf(logId, after);
      const { entries, receipt, moved } = page;
      // It has more than this hub: one that was put back from a backup; members bring back what it lost.
      if (after > page.end.seq) return;
      if (entries.length === 0 && !copy.renew) return;
      const words = receipt === null ? { page: await pageOf(copy, entries) } : { receipt };
      const first = moved !== null && after <= moved.base ? { moved } : {};
      const seq = await send(copy, { logId, entries, ...words, ...first });
      // It stands where it stood: not for want of being given something.
      if (seq <= after && entries.length > 0) throw new ProtocolError("append_conflict");
      copy.have = seq;
      copy.renew = false;
      copy.down = false;
      settle(fed);
      if (!page.more && seq >= page.end.seq) return;
    }
  };

  /** What this hub signs under a page that others follow. */
  const pageOf = async (copy: Copy, entries: CopyResult["entries"]) => {
    const { logId } = copy;
    const first = (entries[0]?.seq ?? 1) - 1;
    let head =
      copy.head?.seq === first ? copy.head.head : await store.mirrors.headAt({ logId, seq: first });
    for (const one of entries) head = nextHead(head, one.seq, one.header, encodeCbor(one.sigs));
    const seq = first + entries.length;
    copy.head = { seq, head };
    return { seq, head, sig: sign(LABELS.mirrorPage, pageDigest(logId, seq, head)) };
  };

  const send = async ({ node }: Copy, request: RequestOf<"mirrors.feed">): Promise<number> => {
    const { status, body } = await deps.outbound.send(node, {
      method: "POST",
      path: `${PATHS.api}mirrors.feed`,
      type: "application/cbor",
      body: encodeRequest("mirrors.feed", request),
      maxBytes: ANSWER_BYTES,
    });
    return decodeResponse("mirrors.feed", status, body).seq;
  };

  const renewal = setInterval(() => {
    for (const fed of logs.values())
      for (const copy of fed.copies.values()) {
        copy.renew = true;
        kick(fed, copy);
      }
  }, RENEW_MS);
  renewal.unref();

  return {
    start: async () => {
      for (const { logId, mirrors } of await store.mirrors.fed(null))
        set(
          logId,
          mirrors.map((one) => one.node),
        );
    },
    changed: (logId) => {
      void track(
        store.mirrors.mirrorsOf({ logId }).then((mirrors) => {
          set(
            logId,
            mirrors.map((one) => one.node),
          );
        }),
      );
    },
    appended: (logId, seq) => {
      const fed = logs.size === 0 ? undefined : logs.get(toHex(logId));
      if (fed === undefined) return null;
      for (const copy of fed.copies.values()) kick(fed, copy);
      if ([...fed.copies.values()].every((one) => one.down || one.leaving > 0)) return null;
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          fed.waiters.delete(waiter);
          // Until it answers again nobody waits for one that is this slow.
          for (const copy of fed.copies.values()) copy.down ||= (copy.have ?? 0) < seq;
          resolve();
        }, patienceMs);
        const waiter: Waiter = {
          seq,
          done: () => {
            clearTimeout(timer);
            resolve();
          },
        };
        fed.waiters.add(waiter);
        settle(fed);
      });
    },
    idle: async () => {
      while (working.size > 0) await Promise.all(working);
    },
    close: async () => {
      closed = true;
      clearInterval(renewal);
      for (const fed of logs.values()) {
        for (const copy of fed.copies.values()) clearTimeout(copy.timer);
        for (const waiter of fed.waiters) waiter.done();
      }
      await Promise.all(working);
    },
  };
}

function newCopy(logId: Bytes, node: string): Copy {
  return {
    logId,
    node,
    have: null,
    head: null,
    down: false,
    wait: 0,
    leaving: 0,
    renew: true,
    again: false,
    running: null,
    timer: undefined,
  };
}

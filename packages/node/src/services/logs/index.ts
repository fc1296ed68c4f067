/**
 * The logs service: sealed entries in one order per log. It knows that some current member posts, reads and is told
 * where to push; it never learns which.
 */
import { ed25519FromSeed } from "@baraza/crypto";
import type { Bytes, Head, Mirror } from "@baraza/protocol";
import {
  concat,
  decodeCbor,
  encodeCbor,
  equalBytes,
  LABELS,
  LIMITS,
  ProtocolError,
  readAs,
  rejoinSlot,
  toHex,
} from "@baraza/protocol";
import type { Verifier } from "../../crypto-fast.ts";
import { createSigner, createVerifier, sha256 } from "../../crypto-fast.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import { Encoded } from "../../http/registry.ts";
import type { AppendArg, AppendResult, LogEnd, ReadResult } from "../../store/port-logs.ts";
import type { CopyResult } from "../../store/port-mirrors.ts";
import type { Store } from "../../store/port.ts";
import { checkAppend, checkGenesis, checkSlot } from "./check.ts";
import { checkBrought } from "./brought.ts";
import { cborHead, encodeAppended, encodeHead, signaturesOfEach } from "./encoding.ts";
import type { Heads } from "./heads.ts";
import { createHeads } from "./heads.ts";
import { readPlainAppend } from "./plain.ts";
import { createLogSessions } from "./sessions.ts";

/** What has been appended, for whoever passes it on. `sigs[i]` is the CBOR of entry i's signatures. */
export type Appended = {
  logId: Bytes;
  entries: readonly { seq: number; header: Bytes; sigs: Bytes; body: Bytes }[];
  head: Head;
};

export type LogsDeps = {
  store: Pick<Store, "logs" | "mirrors">;
  /** The node's name: the hub that a genesis must name. */
  name: string;
  /** 32-byte seed of the node's Ed25519 key. */
  nodeKey: Bytes;
  logSessionSecret: Bytes;
  /** Checks a finalised blind token. It does not mark it as spent. */
  redeemToken(token: { input: Bytes; output: Bytes }): Promise<boolean> | boolean;
  /** What one log may take: bytes of entries in all, and appends in a minute (for a moment five times as many). */
  quota?: { bytes: number; appendsPerMinute: number };
  /** Called after a durable append, and when seats or push targets of a log have changed. */
  onAppend?(appended: Appended): void;
  /** Resolves when a log's copies have come as far as they should before an append is acknowledged. */
  copied?(logId: Bytes, seq: number): Promise<void> | null;
  /** The nodes that keep copies of a log have changed, or it has begun to be kept here. */
  onMirrors?(logId: Bytes): void;
  onSeatsChanged?(logId: Bytes): void;
  /** A log that came from another hub was opened here. */
  onOpened?(logId: Bytes): void;
  /**
   * Fetches what entries name and is not here from the hub before. @returns whether it is all here now
   * @throws ProtocolError `quota_exceeded`
   */
  bringBlobs?(logId: Bytes, blobIds: readonly Bytes[]): Promise<boolean>;
  now: () => number;
  /** Told how many entries each append had. */
  observeBatch?(entries: number): void;
};

export type LogsService = Service & {
  /** The seat of a log session, for the blobs of that log. @throws ProtocolError `session_expired`, `seat_removed`, ... */
  sessionSeat: (logId: Bytes, token: Bytes) => Promise<{ seatId: Bytes; removed: boolean }>;
  /** The receipt of where a log stands now. @throws ProtocolError `log_not_found` */
  headOf(logId: Bytes): Promise<Head>;
  /** A page of a log for its copies, with the receipt for the last entry where nothing stands behind it. @throws ProtocolError `log_not_found`, `log_deleted` */
  copy(logId: Bytes, after: number): Promise<CopyResult & { receipt: Head | null }>;
  /** Drops what retention no longer keeps. */
  expire(): Promise<void>;
};

const EXPIRE_AT_ONCE = 500;
const EXPIRE_EVERY = 10 * 60_000;

/** Starts the service. Close it before the store. */
export function createLogs(deps: LogsDeps): LogsService {
  const { store, now } = deps;
  const heads = createHeads(createSigner(deps.nodeKey), now);
  const sessions = createLogSessions(deps.logSessionSecret);
  const verify = createVerifier();
  const { publicKey } = ed25519FromSeed(deps.nodeKey);

  const expire = async () => {
    while ((await store.logs.expire({ now: now(), limit: EXPIRE_AT_ONCE })) === EXPIRE_AT_ONCE);
  };
  const timer = setInterval(() => {
    expire().catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, EXPIRE_EVERY);
  timer.unref();

  /** One head stands in many answers. */
  const encodedHeads = new WeakMap<Head, Bytes>();
  const headBytes = (head: Head): Bytes => {
    let bytes = encodedHeads.get(head);
    if (bytes === undefined) {
      bytes = encodeHead(head);
      encodedHeads.set(head, bytes);
    }
    return bytes;
  };
  const append = async (arg: AppendArg): Promise<AppendResult> => {
    const removes = arg.steward?.op === "removeSeat" || arg.seat?.op === "remove";
    return removes
      ? heads.removing(arg.logId, arg.now, () => store.logs.append(arg))
      : store.logs.append(arg);
  };

  const routes: Handlers = {
    "logs.create": async ({ genesis, token, slot }, context) => {
      context.limit("logs.create", { perMinute: 60, burst: 60 });
      const { outerKey = null } = checkGenesis(genesis, deps.name);
      // Nobody has signed for its bytes: a slot of the first epoch is there for whoever made the log alone.
      checkSlot(
        slot,
        slot === undefined || outerKey === null ? null : sha256(slot),
        slot === undefined ? null : outerKey,
      );
      if (!(await deps.redeemToken(token))) throw new ProtocolError("token_spent");
      const { logId, ...end } = await store.logs.create({
        genesis,
        token: token.input,
        ...(slot === undefined ? {} : { slot }),
        now: heads.clock(),
      });
      return { logId, head: await heads.receipt(logId, end) };
    },
    "logs.append": async (request, context) => {
      const checked = checkAppend(request, heads.clock());
      const { quota } = deps;
      // Who leads can always repair: what is limited is what anybody posts.
      const arg =
        quota === undefined || checked.kind !== "entry"
          ? checked
          : { ...checked, quota: quota.bytes };
      if (quota !== undefined && checked.kind === "entry") {
        const { appendsPerMinute: perMinute } = quota;
        context.limit("logs.append", { perMinute, burst: 5 * perMinute }, toHex(arg.logId));
      }
      deps.observeBatch?.(arg.entries.length);
      const { seqs, repeated, end, seats } = await append(arg).catch(async (error: unknown) => {
        if (!(error instanceof ProtocolError) || error.code !== "blob_incomplete") throw error;
        // Said once more after a hand-over: what it names may still be where it was put.
        const named = arg.entries.flatMap(({ blobs }) => blobs);
        if ((await deps.bringBlobs?.(arg.logId, named)) !== true) throw error;
        return append(arg);
      });
      const head = await heads.receipt(arg.logId, end);
      if (arg.steward?.op === "mirrors" || arg.steward?.op === "handover")
        deps.onMirrors?.(arg.logId);
      if (arg.steward?.op === "handover") deps.onOpened?.(arg.logId);
      const copied = deps.copied?.(arg.logId, seqs.at(-1) ?? 0) ?? null;
      // A seat that goes with this entry is still told of it.
      if (!repeated) deps.onAppend?.(appendedOf(arg, seqs, head));
      if (seats) deps.onSeatsChanged?.(arg.logId);
      if (copied !== null) await copied;
      if (repeated) return { seqs, head, repeated };
      return new Encoded(encodeAppended(seqs, headBytes(head)));
    },
    "logs.close": async ({ logId, decision }, context) => {
      context.limit("logs.close", { perMinute: 60, burst: 60 });
      const end = await store.logs.close({ logId, decision, now: heads.clock() });
      return { head: await heads.receipt(logId, end) };
    },
    "logs.takeOver": async ({ genesis, token, decision }, context) => {
      context.limit("logs.create", { perMinute: 60, burst: 60 });
      const { record } = decision;
      const mine =
        record.op === "handover" &&
        record.hub === deps.name &&
        equalBytes(record.hubKey, publicKey);
      if (!mine) throw new ProtocolError("malformed", { data: { field: "decision" } });
      checkGenesis(genesis, null);
      if (!(await deps.redeemToken(token))) throw new ProtocolError("token_spent");
      return store.logs.takeOver({ genesis, token: token.input, decision, now: heads.clock() });
    },
    "logs.bring": async ({ logId, decisionId, entries, receipt = null }, context) => {
      context.limit("logs.bring", { perMinute: 600, burst: 600 });
      const appends = checkBrought(logId, entries, heads.clock());
      const first = entries[0]?.seq ?? 0;
      return store.logs.bring({ logId, decisionId, first, appends, receipt });
    },
    "logs.session": async ({ logId, seatId, time, sig }) => {
      const date = heads.readDate(logId);
      inTime(time, now());
      const seat = await store.logs.seat({ logId, seatId, now: now() });
      const { seatKey, end, slot } = seat;
      const signed = { logId, seatId, hub: deps.name, time };
      proves(verify, seatKey, LABELS.logSession, signed, sig);
      const head = headFor(heads, logId, seat, date);
      const { epoch, lastCommitSeq } = end;
      const mirrors = seat.mirrors === null ? {} : { mirrors: namedIn(seat.mirrors) };
      const session = sessions.open(logId, seatId, now());
      return { ...session, head, epoch, lastCommitSeq, slot, ...mirrors };
    },
    "logs.slot": async ({ logId, tags }, context) => {
      context.limit("logs.slot", { perMinute: 120, burst: 240 });
      const date = heads.readDate(logId);
      const found = await store.logs.slot({ logId }).catch((error: unknown) => {
        if (error instanceof ProtocolError && error.code === "log_not_found") return null;
        throw error;
      });
      const slot = found && readAs(rejoinSlot, found.slot, LIMITS.slotBytes);
      const envelope = slot?.envelopes.find((one) => tags.some((tag) => equalBytes(tag, one.tag)));
      if (found === null || slot === null || envelope === undefined)
        throw new ProtocolError("not_found");
      const { outerKey, sealed } = slot;
      const head = heads.sign(logId, found.end, date);
      return { genesis: found.genesis, outerKey, envelope, sealed, epoch: found.end.epoch, head };
    },
    "logs.read": async ({ logId, token, after, limit, genesis }) => {
      const seatId = sessions.seatOf(logId, token, now());
      const date = heads.readDate(logId);
      const read = await store.logs.entries({
        logId,
        seatId,
        after,
        limit: limit ?? LIMITS.readEntries,
        maxBytes: LIMITS.readBytes,
        genesis: genesis ?? false,
        now: now(),
      });
      return new Encoded(encodeRead(headFor(heads, logId, read, date), read));
    },
    "logs.seats": async ({ logId, token }) => {
      const seatId = sessions.seatOf(logId, token, now());
      const { removedAt } = await store.logs.seat({ logId, seatId, now: now() });
      if (removedAt !== null) throw new ProtocolError("seat_removed");
      return { seats: await store.logs.seats({ logId }) };
    },
    "logs.push": async ({ logId, seatId, push, time, sig }) => {
      inTime(time, now());
      const { seatKey } = await store.logs.seat({ logId, seatId, now: now() });
      proves(verify, seatKey, LABELS.seatPush, { logId, seatId, push, time }, sig);
      await store.logs.setPush({ logId, seatId, push, time });
      deps.onSeatsChanged?.(logId);
      return {};
    },
  };

  return {
    routes,
    decoders: { "logs.append": readPlainAppend },
    sessionSeat: async (logId, token) => {
      const seatId = sessions.seatOf(logId, token, now());
      const { removedAt, receipt } = await store.logs.seat({ logId, seatId, now: now() });
      // A copy is one of entries, not of files.
      if (receipt !== null) throw new ProtocolError("log_not_found");
      return { seatId, removed: removedAt !== null };
    },
    headOf: async (logId) => {
      const date = heads.readDate(logId);
      return heads.sign(logId, await store.logs.end({ logId }), date);
    },
    copy: async (logId, after) => {
      const date = heads.readDate(logId);
      const page = await store.mirrors.copy({
        logId,
        after,
        limit: LIMITS.readEntries,
        maxBytes: LIMITS.readBytes,
      });
      return { ...page, receipt: page.more ? null : heads.sign(logId, page.end, date) };
    },
    expire,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** What this node signs for a log of its own; of a copy, what its hub has signed. */
function headFor(
  heads: Heads,
  logId: Bytes,
  { end, fixed, receipt }: { end: LogEnd; fixed: boolean; receipt: Bytes | null },
  date: number,
): Head {
  return receipt === null
    ? heads.sign(logId, end, date, fixed)
    : (decodeCbor(receipt) as unknown as Head);
}

const namedIn = (bytes: Bytes) => decodeCbor(bytes) as unknown as Mirror[];

function appendedOf(arg: AppendArg, seqs: readonly number[], head: Head): Appended {
  const sigs = signaturesOfEach(arg.sigs, arg.digest, arg.entries.length);
  return {
    logId: arg.logId,
    head,
    entries: arg.entries.map(({ header, body }, index) => ({
      seq: seqs[index] ?? 0,
      header,
      body,
      sigs: sigs[index] ?? new Uint8Array(),
    })),
  };
}

/** A signed request must be of now, give or take; a repeat within that time does nothing new. */
function inTime(time: number, now: number): void {
  if (Math.abs(time - now) > LIMITS.clockSkewMs)
    throw new ProtocolError("session_expired", { data: { now } });
}

function proves(verify: Verifier, key: Bytes, label: string, signed: object, sig: Bytes): void {
  if (!verify(key, label, sha256(encodeCbor(signed)), sig))
    throw new ProtocolError("bad_signature");
}

const [HEAD, MORE, ENTRIES, GENESIS, MOVED, BASE, GATHERING] = [
  "head",
  "more",
  "entries",
  "genesis",
  "moved",
  "base",
  "gathering",
].map((name) => encodeCbor(name)) as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];

/** The CBOR of a read's response; entries are encoded already. Keys stand in canonical order: by length, then by bytes. */
function encodeRead(head: Head, read: ReadResult): Bytes {
  const { more, entries, genesis, moved, base, gathering } = read;
  const parts: Bytes[] = [];
  if (base !== null) parts.push(BASE, encodeCbor(base));
  parts.push(HEAD, encodeHead(head), MORE, encodeCbor(more));
  if (moved !== null) parts.push(MOVED, moved);
  parts.push(ENTRIES, entries);
  if (genesis !== null) parts.push(GENESIS, encodeCbor(genesis));
  if (gathering) parts.push(GATHERING, encodeCbor(true));
  return concat(cborHead(5, parts.length / 2), ...parts);
}

/**
 * Files for people outside, and from them. A handout lets anybody with its link read some blobs of a log; an intake takes files from
 * anybody with its link, for an account.
 *
 * The node learns: which blobs of which log are given outside, how many files, until when, how often and when they are fetched; which account has
 * an intake, when how many bytes come in. It does not learn names, types, exact sizes or content, nor who made a handout: the
 * secrets in the links never come here, only what is derived from them, and of that it keeps hashes.
 */
import { accessHash } from "@baraza/crypto/sharing";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { intakeLog } from "../../store/port-sharing.ts";
import type { BlobChunks } from "../blobs/index.ts";

export type SharingDeps = {
  store: Pick<Store, "sharing" | "scrub">;
  chunks: BlobChunks;
  /** The seat of a log session. @throws ProtocolError `session_expired`, ... */
  sessionSeat: (logId: Bytes, token: Bytes) => Promise<{ removed: boolean }>;
  /** Bytes that the intakes of one account may take together. */
  quota: number;
  now: () => number;
};

const SWEEP_EVERY = 10 * 60_000;
const SWEEP_AT_ONCE = 100;
/** A chunk is up to 1 MiB: a fast line's worth for one caller, in chunks. */
const READS = { perMinute: 6000, burst: 3000 };
const LOOKS = { perMinute: 120, burst: 120 };

/** Starts the service. Close it before the store. */
export function createSharing(deps: SharingDeps): Service {
  const { store, chunks, now } = deps;
  const sweep = () =>
    store.sharing.sweep({
      now: now(),
      handoutRest: LIMITS.handoutRestMs,
      intakeRest: LIMITS.intakeRestMs,
      begun: now() - LIMITS.blobGraceMs,
      limit: SWEEP_AT_ONCE,
    });
  const timer = setInterval(() => {
    sweep().catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();

  const maxTries = LIMITS.handoutTries;
  const lasts = (expires: number, max: number): void => {
    if (expires <= now() || expires > now() + max)
      throw new ProtocolError("malformed", { data: { field: "expires" } });
  };

  const routes: Handlers = {
    "handouts.create": async ({ logId, token, reader, owner, expires, ...rest }, { limit }) => {
      limit("handouts.create", { perMinute: 60, burst: 60 }, toHex(logId));
      const { removed } = await deps.sessionSeat(logId, token);
      if (removed) throw new ProtocolError("seat_removed");
      lasts(expires, LIMITS.handoutMs);
      const { handoutId, manifest, blobIds, takes = null } = rest;
      await store.sharing.createHandout({
        logId,
        handoutId,
        reader,
        owner,
        manifest,
        blobIds,
        expires,
        takes,
        max: LIMITS.handoutsPerLog,
      });
      return { expires };
    },
    "handouts.state": ({ handoutId, owner }, { limit }) => {
      limit("handouts.manage", { perMinute: 600, burst: 600 });
      return store.sharing.handout({ handoutId, owner: accessHash(owner), now: now(), maxTries });
    },
    "handouts.change": async ({ handoutId, owner, expires, takes, unlock = false }, { limit }) => {
      limit("handouts.manage", { perMinute: 600, burst: 600 });
      if (expires !== undefined) lasts(expires, LIMITS.handoutMs);
      const by = accessHash(owner);
      await store.sharing.changeHandout({ handoutId, owner: by, expires, takes, unlock });
      return {};
    },
    "handouts.end": async ({ handoutId, owner }, { limit }) => {
      limit("handouts.manage", { perMinute: 600, burst: 600 });
      await store.sharing.endHandout({ handoutId, owner: accessHash(owner) });
      await store.scrub();
      return {};
    },
    "handouts.open": async ({ handoutId, reader }, { limit }) => {
      limit("handouts.open", LOOKS);
      const opened = await store.sharing.openHandout({
        handoutId,
        reader: accessHash(reader),
        now: now(),
        maxTries,
      });
      return right(opened);
    },
    "handouts.take": async ({ handoutId, reader, ticket }, { limit }) => {
      limit("handouts.open", LOOKS);
      const taken = await store.sharing.takeHandout({
        handoutId,
        reader: accessHash(reader),
        ticket: sha256(ticket),
        now: now(),
        until: now() + LIMITS.handoutTicketMs,
        maxTries,
        max: LIMITS.handoutTickets,
      });
      return right(taken);
    },
    "handouts.chunk": async ({ handoutId, ticket, blobId, index }, { limit }) => {
      limit("handouts.chunk", READS);
      const by = { handoutId, ticket: sha256(ticket), blobId, now: now() };
      const { logId } = await store.sharing.handoutBlob(by);
      try {
        const { chunk } = await chunks.get({ logId, blobId, index });
        return { chunk };
      } catch (cause) {
        throw gone(cause);
      }
    },
    "intakes.open": async ({ expires, ...intake }, { account, limit }) => {
      limit("intakes.open", { perMinute: 30, burst: 30 }, toHex(account.accountId));
      lasts(expires, LIMITS.intakeMs);
      await store.sharing.openIntake({
        account: account.accountId,
        intakeId: intake.intakeId,
        writer: intake.writer,
        notice: intake.notice,
        bytes: intake.bytes,
        files: intake.files,
        expires,
        max: LIMITS.intakes,
        allowed: deps.quota,
      });
      return { expires };
    },
    "intakes.list": async (_request, { account }) => ({
      intakes: await store.sharing.intakes({ account: account.accountId }),
    }),
    "intakes.items": async ({ intakeId, after }, { account }) => {
      const limit = LIMITS.intakePage;
      const by = { account: account.accountId, intakeId, after, limit };
      const items = await store.sharing.items(by);
      return { items, more: items.length === limit };
    },
    "intakes.chunk": async ({ intakeId, itemId, index }, { account }) => {
      await store.sharing.item({ account: account.accountId, intakeId, itemId });
      const { chunk } = await chunks.get({ logId: intakeLog(intakeId), blobId: itemId, index });
      return { chunk };
    },
    "intakes.delete": async ({ intakeId, itemId }, { account }) => {
      await store.sharing.deleteItem({ account: account.accountId, intakeId, itemId });
      return {};
    },
    "intakes.close": async ({ intakeId, discard }, { account }) => {
      const by = { account: account.accountId, intakeId, discard, now: now() };
      await store.sharing.closeIntake(by);
      return {};
    },
    "intakes.see": async ({ intakeId, writer }, { limit }) => {
      limit("intakes.see", LOOKS);
      const { notice, expires, bytesLeft, filesLeft } = await store.sharing.intake({
        intakeId,
        writer: accessHash(writer),
        now: now(),
      });
      return { notice, expires, bytesLeft, filesLeft };
    },
    "intakes.announce": async ({ intakeId, writer, itemId, chunks: count, bytes }, { limit }) => {
      limit("intakes.announce", { perMinute: 300, burst: 300 });
      // One place is not filled with beginnings by many callers at once.
      limit("intakes.announce-one", { perMinute: 600, burst: 1200 }, toHex(intakeId));
      if (bytes < count || bytes > count * LIMITS.chunkBytes)
        throw new ProtocolError("malformed", { data: { field: "bytes" } });
      const by = { intakeId, writer: accessHash(writer), now: now() };
      const { bytes: quota } = await store.sharing.intake(by);
      const { whole } = await store.sharing.announceItem({ ...by, itemId, chunks: count, bytes });
      const logId = intakeLog(intakeId);
      const blob = { logId, blobId: itemId, chunks: count, bytes, quota };
      const { have } = await chunks.announce(blob);
      return { have, whole };
    },
    "intakes.put": async ({ intakeId, writer, itemId, index, chunk, hash }, { limit }) => {
      limit("intakes.put", READS);
      const by = { intakeId, writer: accessHash(writer), itemId, now: now() };
      await store.sharing.announced(by);
      return chunks.put({ logId: intakeLog(intakeId), blobId: itemId, index, chunk, hash });
    },
    "intakes.leave": async ({ intakeId, writer, itemId, note }, { limit }) => {
      limit("intakes.announce", { perMinute: 300, burst: 300 });
      return store.sharing.leaveItem({
        intakeId,
        writer: accessHash(writer),
        itemId,
        note,
        now: now(),
        rest: LIMITS.intakeRestMs,
      });
    },
  };
  return {
    routes,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** Of a blob that was deleted since the handout was made. */
function gone(cause: unknown): unknown {
  const missing = cause instanceof ProtocolError && cause.code === "not_found";
  return missing ? new ProtocolError("handout_ended", { data: { why: "gone" }, cause }) : cause;
}

/** What was opened. @throws ProtocolError `wrong_credentials` with how many tries are left */
function right<T extends object>(answer: T | { wrong: true; left: number }): T {
  if ("wrong" in answer)
    throw new ProtocolError("wrong_credentials", { data: { left: answer.left } });
  return answer;
}

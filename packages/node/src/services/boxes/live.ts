/**
 * Live connections: letters and pushes as they come.
 *
 * A client says `hello` with its session and where it stands in each box; the node answers `ready` and sends every
 * letter after that, oldest first, then whatever comes. After a break the client says where it stands again and gets
 * everything once more that it had not deleted: letters are given at least once, in order. Pushes are given at most
 * once here, but none is lost silently: what may not have arrived becomes a wake.
 */
import type { Bytes, ErrorCode } from "@baraza/protocol";
import { LIMITS, liveUp, ProtocolError, readAs } from "@baraza/protocol";
import type { Account, LiveHandler } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import type { Connection } from "./connection.ts";
import type { KnownAddress } from "./addresses.ts";
import { textOf as keyOf } from "./addresses.ts";
import { createConnection } from "./connection.ts";
import type { LiveTimes } from "./outlet.ts";
import { createOutlet, LIVE_TIMES } from "./outlet.ts";
import { encodePush } from "./push-frame.ts";

export type LiveDeps = {
  store: Pick<Store, "boxes">;
  sessionOf: (session: Bytes) => Promise<(Account & { expires: number }) | null>;
  now: () => number;
  times?: Partial<LiveTimes>;
  /** Told when a device begins to listen at boxes: it learns by itself what is new. */
  onListening?: (boxIds: readonly Bytes[]) => void;
  /** Told of boxes whose device went away with pushes that it may not have got. */
  onMissed?: (boxIds: readonly Bytes[]) => void;
};

/** `sessionId` null: all but `keep`, of the account. `code` says why; without it, they have just ended. */
export type EndedSessions = {
  accountId: Bytes;
  sessionId: Bytes | null;
  keep?: Bytes;
  code?: ErrorCode;
};

export type Live = {
  handle: LiveHandler;
  /** A letter is in the store: listeners of its box fetch it. */
  letterCame: (boxId: Bytes) => void;
  /** Gives a push to those who listen at the box. False when nobody took it. */
  push: (to: KnownAddress, body: Bytes) => boolean;
  /** Gives a signal to those who listen at the box and can take it at once. Nobody is told later. */
  signal: (to: KnownAddress, body: Bytes) => void;
  endSessions: (ended: EndedSessions) => void;
  /** True when a device listens at the box. */
  listensAt: (boxId: Bytes) => boolean;
  listening: () => number;
  close: () => Promise<void>;
};

const PER_ACCOUNT = 32;
/** Connections that have not said hello, in all. */
const STRANGERS = 2000;
/** Frames that do not fit before a connection is cut. */
const PATIENCE = 8;

/** What listens at this node. */
export function createLive(deps: LiveDeps): Live {
  const { store, now } = deps;
  const times = { ...LIVE_TIMES, ...deps.times };
  const byBox = new Map<string, Set<Connection>>();
  const byAccount = new Map<string, Set<Connection>>();
  const ending = new Set<Promise<unknown>>();
  let strangers = 0;

  const noteWakes = (wakes: { boxId: Bytes; addressId: Bytes }[]) => {
    if (wakes.length === 0) return;
    const noted: Promise<unknown> = store.boxes.wake({ wakes }).catch(() => {
      // The store is closing: the client asks every log anew after a restart of the node.
    });
    ending.add(noted);
    void noted.finally(() => ending.delete(noted));
  };
  const add = (connection: Connection) => {
    into(byAccount, connection.accountKey, connection);
    for (const box of connection.boxKeys) into(byBox, box, connection);
  };
  const remove = (connection: Connection) => {
    outOf(byAccount, connection.accountKey, connection);
    for (const box of connection.boxKeys) outOf(byBox, box, connection);
  };

  const handle: LiveHandler = (socket) => {
    if (strangers >= STRANGERS) {
      socket.close(1013);
      return;
    }
    const outlet = createOutlet(socket, times);
    let connection: Connection | null = null;
    let greeted = false;
    let misfits = 0;
    strangers += 1;
    const noStranger = () => {
      if (!greeted) strangers -= 1;
      greeted = true;
    };
    const late = setTimeout(() => {
      outlet.cut("timeout");
    }, times.helloMs);

    const greet = async (frame: { session: Bytes; boxes: { boxId: Bytes; after: number }[] }) => {
      const account = await deps.sessionOf(frame.session);
      if (account === null) throw new ProtocolError("unauthenticated");
      const { accountId } = account;
      const boxIds = frame.boxes.map(({ boxId }) => boxId);
      if (!(await store.boxes.owns({ accountId, boxIds }))) throw new ProtocolError("not_found");
      if ((byAccount.get(keyOf(accountId))?.size ?? 0) >= PER_ACCOUNT)
        throw new ProtocolError("busy");
      if (!outlet.open()) return;
      const stands = async () => (await deps.sessionOf(frame.session)) !== null;
      connection = createConnection({
        store,
        outlet,
        account,
        stands,
        boxes: frame.boxes,
        times,
        now,
      });
      // Added before the first read: what comes meanwhile is either read or told.
      add(connection);
      deps.onListening?.(boxIds);
      connection.start();
    };
    const take = (data: unknown, binary: boolean) => {
      const frame = readFrame(data, binary);
      if (frame.t === "ping") {
        outlet.send({ t: "pong" });
        return;
      }
      if (greeted) throw new ProtocolError("malformed", { data: { field: "t" } });
      noStranger();
      clearTimeout(late);
      greet(frame).catch((cause: unknown) => {
        outlet.cut(cause instanceof ProtocolError ? cause.code : "internal");
      });
    };
    socket.on("message", (data: unknown, binary: boolean) => {
      try {
        take(data, binary);
      } catch (cause) {
        misfits += 1;
        const code = cause instanceof ProtocolError ? cause.code : "internal";
        if (misfits > PATIENCE) outlet.cut(code);
        else outlet.send({ t: "error", code });
      }
    });
    socket.on("close", () => {
      clearTimeout(late);
      noStranger();
      outlet.closed();
      if (connection === null) return;
      connection.stop();
      remove(connection);
      const missed = connection.unconfirmed();
      noteWakes(missed);
      if (missed.length > 0) deps.onMissed?.(missed.map(({ boxId }) => boxId));
    });
  };

  return {
    handle,
    letterCame: (boxId) => {
      const box = keyOf(boxId);
      for (const connection of byBox.get(box) ?? []) connection.fetch(box);
    },
    push: (to, body) => {
      const connections = byBox.get(to.boxName);
      if (connections === undefined) return false;
      // The same bytes for every device of the box.
      const frame = encodePush(to, body);
      let taken = false;
      for (const connection of connections) if (connection.push(to, frame)) taken = true;
      return taken;
    },
    signal: (to, body) => {
      const connections = byBox.get(to.boxName);
      if (connections === undefined) return;
      const frame = encodePush(to, body, "signal");
      for (const connection of connections) connection.signal(frame);
    },
    endSessions: ({ accountId, sessionId, keep, code }) => {
      for (const connection of byAccount.get(keyOf(accountId)) ?? []) {
        const ended =
          sessionId === null
            ? keep === undefined || connection.sessionKey !== keyOf(keep)
            : connection.sessionKey === keyOf(sessionId);
        if (ended) connection.cut(code ?? "unauthenticated");
      }
    },
    listensAt: (boxId) => byBox.has(keyOf(boxId)),
    listening: () => {
      let count = 0;
      for (const connections of byAccount.values()) count += connections.size;
      return count;
    },
    close: async () => {
      for (const connections of byAccount.values())
        for (const connection of connections) {
          noteWakes(connection.unconfirmed());
          connection.cut("unavailable");
        }
      await Promise.all(ending);
    },
  };
}

/** @throws ProtocolError `malformed`, `too_large`. */
function readFrame(data: unknown, binary: boolean) {
  if (!binary || !(data instanceof Uint8Array)) throw new ProtocolError("malformed");
  return readAs(liveUp, new Uint8Array(data), LIMITS.liveFrameBytes);
}

function into<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

function outOf<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}

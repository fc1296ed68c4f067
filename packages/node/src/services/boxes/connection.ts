/** One device that listens: where it stands in each of its boxes, and which pushes it may not have got. */
import type { Bytes, ErrorCode } from "@baraza/protocol";
import type { Account } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import type { KnownAddress } from "./addresses.ts";
import { textOf as keyOf } from "./addresses.ts";
import type { LiveTimes, Outlet } from "./outlet.ts";

export type ConnectionDeps = {
  store: Pick<Store, "boxes">;
  outlet: Outlet;
  account: Account & { expires: number };
  /** Whether the session still stands: also another process may have ended it. */
  stands: () => Promise<boolean>;
  boxes: { boxId: Bytes; after: number }[];
  times: LiveTimes;
  now: () => number;
};

export type Connection = {
  accountKey: string;
  sessionKey: string;
  boxKeys: string[];
  /** Says `ready` and gives what waits. */
  start: () => void;
  /** There is a new letter in a box. */
  fetch: (box: string) => void;
  /** Gives a push, encoded by {@link encodePush}. False when the reader is behind: it becomes a wake. */
  push: (to: KnownAddress, frame: Bytes) => boolean;
  /** Gives a signal, encoded. Where the reader is behind it is dropped: later it would be worth nothing. */
  signal: (frame: Bytes) => void;
  /** Pushes that may not have arrived; each is told once. */
  unconfirmed: () => { boxId: Bytes; addressId: Bytes }[];
  cut: (code: ErrorCode) => void;
  stop: () => void;
};

type Place = { boxId: Bytes; after: number; fetching: boolean; again: boolean };
type Pushed = { boxId: Bytes; addressId: Bytes; number: number };

const PAGE = 50;
const PAGE_BYTES = 1024 * 1024;
const WAKES = 1000;

/** A connection whose hello was accepted. Call {@link Connection.start} once it can be found by its boxes. */
export function createConnection(deps: ConnectionDeps): Connection {
  const { store, outlet, account, times } = deps;
  const { accountId } = account;
  const places = new Map<string, Place>(
    deps.boxes.map(({ boxId, after }) => [
      keyOf(boxId),
      { boxId, after, fetching: false, again: false },
    ]),
  );
  const pushed = new Map<string, Pushed>();
  let pushes = 0;
  let confirming: NodeJS.Timeout | undefined;

  const run = (work: () => Promise<void>) => {
    work().catch(() => {
      outlet.cut("unavailable");
    });
  };
  const ping = () => {
    const upTo = pushes;
    outlet.ping(() => {
      for (const [key, { number }] of pushed) if (number <= upTo) pushed.delete(key);
      if (pushed.size > 0) confirmSoon();
    });
  };
  function confirmSoon(): void {
    confirming ??= setTimeout(() => {
      confirming = undefined;
      ping();
    }, times.confirmMs);
  }
  const beat = setInterval(() => {
    if (account.expires <= deps.now()) outlet.cut("unauthenticated");
    else {
      ping();
      run(async () => {
        if (!(await deps.stands())) outlet.cut("unauthenticated");
      });
    }
  }, times.pingMs);

  /** Letters one after the other: the next is sent when the one before has left. */
  const fetchAll = async (place: Place) => {
    while (outlet.open()) {
      place.again = false;
      const { boxId, after } = place;
      const page = { accountId, boxId, after, limit: PAGE, maxBytes: PAGE_BYTES };
      const { letters, more } = await store.boxes.letters(page);
      for (const row of letters) {
        if (!(await outlet.sent({ t: "letter", boxId, row }))) return;
        place.after = row.seq;
      }
      if (more || place.again) continue;
      // In the same step as the check, so that a letter that comes now starts anew.
      place.fetching = false;
      return;
    }
  };
  const fetch = (place: Place) => {
    place.again = true;
    if (place.fetching) return;
    place.fetching = true;
    run(() => fetchAll(place));
  };
  const giveWakes = async (boxId: Bytes) => {
    const { addressIds } = await store.boxes.wakes({ accountId, boxId, limit: WAKES });
    for (const addressId of addressIds)
      if (!(await outlet.sent({ t: "wake", boxId, addressId }))) return;
  };

  return {
    accountKey: keyOf(accountId),
    sessionKey: keyOf(account.sessionId),
    boxKeys: [...places.keys()],
    start: () => {
      outlet.send({ t: "ready" });
      for (const place of places.values()) {
        fetch(place);
        run(() => giveWakes(place.boxId));
      }
    },
    fetch: (box) => {
      const place = places.get(box);
      if (place !== undefined) fetch(place);
    },
    push: (to, frame) => {
      if (!outlet.hasRoom()) return false;
      pushes += 1;
      pushed.set(to.name, { boxId: to.boxId, addressId: to.addressId, number: pushes });
      outlet.sendBytes(frame);
      confirmSoon();
      return true;
    },
    signal: (frame) => {
      if (outlet.idle()) outlet.sendBytes(frame);
    },
    unconfirmed: () => {
      const wakes = [...pushed.values()].map(({ boxId, addressId }) => ({ boxId, addressId }));
      pushed.clear();
      return wakes;
    },
    cut: outlet.cut,
    stop: () => {
      clearInterval(beat);
      clearTimeout(confirming);
    },
  };
}

/**
 * Web Push: wakes devices whose app is closed, through the push services of their browsers' makers. It knows what those are told:
 * that there is something new for a device, and when. Nothing ever waits for a push service: what is to be sent is a note in memory for each
 * device, and a service that hangs holds up the devices that chose it.
 */
import { isWebPushPoint, sealWebPush, vapidHeader, webPushKey } from "@baraza/crypto/web-push";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError, toHex, WEB_PUSH_CONTENT, WEB_PUSH_SIZE } from "@baraza/protocol";
import type { PushServices } from "../../edges/push-services.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { Store } from "../../store/port.ts";
import type { WebPushRow } from "../../store/port-web-push.ts";
import { accountKey } from "../account-key.ts";
import type { Pace, PaceTimes } from "./pace.ts";
import { createPace, PACE_TIMES } from "./pace.ts";

export type WebPushDeps = {
  store: Pick<Store, "webPush">;
  secrets: Pick<NodeSecrets, "webPushSeed">;
  /** The node's name: what push services are told of who sends. */
  name: string;
  services: PushServices;
  /** True when a device listens at the box: it needs no waking. */
  listensAt: (boxId: Bytes) => boolean;
  now: () => number;
  times?: Partial<PaceTimes>;
};

export type WebPushService = Service & {
  /** Something came to boxes whose device may not have heard of it. Returns at once. */
  missed: (boxIds: readonly Bytes[]) => void;
  /** A device listens there: what was missed so far is fetched, and the next push goes at once. */
  listening: (boxIds: readonly Bytes[]) => void;
  /** Resolves when nothing is under way. Pushes whose time has not come are not waited for. */
  idle: () => Promise<void>;
  /** Devices of which something is remembered. */
  known: () => number;
};

/** How long a push service keeps a push for a device that is off (RFC 8030, section 5.2), in seconds. */
const KEEP_S = 7 * 24 * 60 * 60;
/** A service that has a push with this name for the device puts the new one in its place (RFC 8030, section 5.4). */
const TOPIC = "new";
const VAPID_S = 12 * 60 * 60;
/** Under way at once: in all, and to one push service. */
const AT_ONCE = 64;
const AT_ONCE_EACH = 4;
/** Devices that wait for their turn at one push service. */
const LONGEST_LINE = 50_000;
const BOXES_AT_ONCE = 500;
const WAITING_AT_START = 10_000;
/** Devices that are remembered; above this those that nothing waits for are forgotten. */
const KNOWN = 100_000;
const KNOWN_SERVICES = 1000;

/** `boxIds` as they were when it was first heard of. */
type Device = { row: WebPushRow; boxIds: readonly Bytes[]; pace: Pace };
/** One push service: who waits for it, how many are under way, and until when it is left alone. */
type Target = { line: Device[]; underWay: number; failures: number; closedUntil: number };

/** Starts the service. Close it before the store. */
export function createWebPush(deps: WebPushDeps): WebPushService {
  const { store, services, now } = deps;
  const times = { ...PACE_TIMES, ...deps.times };
  const key = webPushKey(deps.secrets.webPushSeed);
  const devices = new Map<number, Device>();
  const byBox = new Map<string, Device>();
  const targets = new Map<string, Target>();
  const vapids = new Map<string, { header: string; until: number }>();
  const missedBoxes = new Map<string, Bytes>();
  const working = new Set<Promise<void>>();
  let looking = false;
  let underWay = 0;
  let closed = false;

  const track = (work: Promise<void>) => {
    const safe = work.catch(() => {
      // The store is closing: what waits is found again after the next start.
    });
    working.add(safe);
    void safe.finally(() => working.delete(safe));
  };

  const vapid = (origin: string): string => {
    const seconds = Math.floor(now() / 1000);
    let known = vapids.get(origin);
    if (known === undefined || known.until < seconds) {
      const expires = seconds + VAPID_S;
      const claims = { audience: origin, expires, subject: `https://${deps.name}` };
      known = { header: vapidHeader(key, claims), until: seconds + VAPID_S / 2 };
      if (vapids.size > 1000) vapids.clear();
      vapids.set(origin, known);
    }
    return known.header;
  };
  const send = async (origin: string, { row }: Device) => {
    const body = sealWebPush(row, WEB_PUSH_CONTENT, { size: WEB_PUSH_SIZE });
    const headers = {
      authorization: vapid(origin),
      "content-encoding": "aes128gcm",
      "content-type": "application/octet-stream",
      ttl: String(KEEP_S),
      urgency: "high",
      topic: TOPIC,
    };
    return services.post(row.endpoint, headers, body);
  };
  const forget = (device: Device) => {
    device.pace.stop();
    if (devices.get(device.row.device) !== device) return;
    devices.delete(device.row.device);
    for (const boxId of device.boxIds) byBox.delete(toHex(boxId));
  };

  const deliver = async (origin: string, target: Target, device: Device): Promise<void> => {
    const { row, pace } = device;
    // It came by itself while it waited for its turn.
    if (row.boxIds.some(deps.listensAt)) return forget(device);
    let answer: Awaited<ReturnType<PushServices["post"]>>;
    try {
      answer = await send(origin, device);
    } catch {
      target.failures += 1;
      target.closedUntil = now() + Math.min(times.retryMaxMs, times.retryMs * target.failures);
      pace.failed(null);
      return;
    }
    target.failures = 0;
    const { status, retryAfter } = answer;
    if (status === 404 || status === 410) {
      forget(device);
      await store.webPush.gone({ device: row.device, endpoint: row.endpoint });
    } else if (status >= 200 && status < 300) pace.sent();
    else if (status === 429 || status >= 500) pace.failed(retryAfter);
    // It refuses this very request: the same again would be refused as well. The next news is another try.
    else pace.sent();
  };
  /** Takes those who wait as far as there is room. */
  const next = () => {
    for (const [origin, target] of targets) {
      // One that did not answer is tried with one device first: the others are not made to hang as well.
      const each = target.failures > 0 ? 1 : AT_ONCE_EACH;
      while (underWay < AT_ONCE && target.underWay < each && target.line.length > 0) {
        const device = target.line.shift();
        if (device === undefined) break;
        if (target.closedUntil > now()) {
          device.pace.failed(target.closedUntil - now());
          continue;
        }
        underWay += 1;
        target.underWay += 1;
        track(
          deliver(origin, target, device).finally(() => {
            underWay -= 1;
            target.underWay -= 1;
            if (target.underWay === 0 && target.line.length === 0 && target.failures === 0)
              targets.delete(origin);
            next();
          }),
        );
      }
    }
  };
  const dropIdle = () => {
    for (const [origin, { underWay: busy, line }] of targets)
      if (busy === 0 && line.length === 0) targets.delete(origin);
  };
  const enqueue = (device: Device) => {
    let origin: string;
    try {
      origin = services.originOf(device.row.endpoint);
    } catch {
      return forget(device);
    }
    const target = targets.get(origin) ?? { line: [], underWay: 0, failures: 0, closedUntil: 0 };
    if (targets.size > KNOWN_SERVICES) dropIdle();
    targets.set(origin, target);
    if (closed || target.line.length >= LONGEST_LINE) return device.pace.failed(null);
    target.line.push(device);
    next();
  };
  const news = (row: WebPushRow) => {
    let device = devices.get(row.device);
    if (device !== undefined && device.row.endpoint !== row.endpoint) {
      forget(device);
      device = undefined;
    }
    if (device === undefined) {
      const made: Device = {
        row,
        boxIds: row.boxIds,
        pace: createPace(() => enqueue(made), times),
      };
      device = made;
      if (devices.size >= KNOWN)
        for (const one of devices.values()) if (one.pace.quiet()) forget(one);
      devices.set(row.device, made);
      for (const boxId of row.boxIds) byBox.set(toHex(boxId), made);
    }
    device.row = row;
    device.pace.news();
  };
  /** What was missed in one turn is looked up at once; what is missed meanwhile, after it. */
  const look = async (): Promise<void> => {
    while (missedBoxes.size > 0 && !closed) {
      const some = [...missedBoxes].slice(0, BOXES_AT_ONCE);
      for (const [name] of some) missedBoxes.delete(name);
      const rows = await store.webPush.forBoxes({ boxIds: some.map(([, boxId]) => boxId) });
      for (const row of rows) if (!row.boxIds.some(deps.listensAt)) news(row);
    }
  };
  const lookSoon = () => {
    if (looking || closed) return;
    looking = true;
    track(
      new Promise<void>((resolve) => setImmediate(resolve)).then(look).finally(() => {
        looking = false;
      }),
    );
  };
  // Of what was to be sent when the node stopped nothing is on the disk but that something waits.
  track(
    store.webPush.waiting({ limit: WAITING_AT_START }).then((rows) => {
      for (const row of rows) if (!closed && !row.boxIds.some(deps.listensAt)) news(row);
    }),
  );

  return {
    routes: routesOf(deps, key.publicKey),
    missed: (boxIds) => {
      for (const boxId of boxIds) missedBoxes.set(toHex(boxId), boxId);
      lookSoon();
    },
    listening: (boxIds) => {
      for (const boxId of boxIds) {
        const device = byBox.get(toHex(boxId));
        if (device !== undefined) forget(device);
      }
    },
    idle: async () => {
      while (working.size > 0) await Promise.all(working);
    },
    known: () => devices.size,
    close: async () => {
      closed = true;
      for (const { pace } of devices.values()) pace.stop();
      // Ends what hangs.
      services.close();
      await Promise.all(working);
    },
  };
}

function routesOf({ store, services }: WebPushDeps, serverKey: Bytes): Handlers {
  return {
    "webPush.state": async (_request, { account: { sessionId } }) => ({
      serverKey,
      endpoint: await store.webPush.endpoint({ sessionId }),
    }),
    "webPush.subscribe": async ({ endpoint, p256dh, auth }, { account, limit }) => {
      limit("webPush.subscribe", { perMinute: 6, burst: 30 }, accountKey(account));
      services.originOf(endpoint);
      if (!isWebPushPoint(p256dh))
        throw new ProtocolError("malformed", { data: { field: "p256dh" } });
      await store.webPush.put({ sessionId: account.sessionId, endpoint, p256dh, auth });
      return {};
    },
    "webPush.unsubscribe": async (_request, { account: { sessionId } }) => {
      await store.webPush.remove({ sessionId });
      return {};
    },
  };
}

import { openWebPush, verifyVapid, webPushKey } from "@baraza/crypto/web-push";
import type { Bytes } from "@baraza/protocol";
import { ProtocolError, toHex, WEB_PUSH_CONTENT } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import type { PushAnswer } from "../../edges/push-services.ts";
import type { WebPushRow } from "../../store/port-web-push.ts";
import { createWebPush } from "./index.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 1_800_000_000_000 });
});
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  vi.useRealTimers();
});

const MINUTE = 60_000;

test("a push says 'something new', equally long for everybody, signed by the node, and is replaced where it waits", async () => {
  const { service, device, posts } = start();
  const [one, two] = [device(), device()];
  await missed(service, one, two);
  expect(posts).toHaveLength(2);
  for (const [index, { headers, body, endpoint }] of posts.entries()) {
    const receiver = index === 0 ? one : two;
    expect(openWebPush(receiver.receiver, body)).toEqual(WEB_PUSH_CONTENT);
    expect(body).toHaveLength(86 + 128 + 16);
    const { origin } = new URL(endpoint);
    const { subject } = verifyVapid(headers["authorization"] ?? "", origin, Date.now() / 1000);
    expect(subject).toBe("https://a.example");
    expect(headers).toMatchObject({
      topic: "new",
      urgency: "high",
      "content-encoding": "aes128gcm",
    });
    expect(Number(headers["ttl"])).toBeGreaterThan(0);
  }
  expect(posts[0]?.body).not.toEqual(posts[1]?.body);
});

test("the first goes at once; while the device does not come, one a minute at most, then ever more rarely", async () => {
  const { service, device, posts } = start();
  const one = device();
  for (let i = 0; i < 20; i++) await missed(service, one);
  expect(posts).toHaveLength(1);
  await pass(service, MINUTE);
  expect(posts).toHaveLength(2);
  const times: number[] = [];
  for (let minute = 1; minute <= 60; minute++) {
    await missed(service, one);
    const before = posts.length;
    await pass(service, MINUTE);
    if (posts.length > before) times.push(minute);
  }
  expect(times).toEqual([2, 6, 14, 29, 44, 59]);
});

test("nothing more goes when nothing more came; later news goes at once", async () => {
  const { service, device, posts } = start();
  const one = device();
  await missed(service, one);
  await pass(service, 5 * MINUTE);
  expect(posts).toHaveLength(1);
  await missed(service, one);
  expect(posts).toHaveLength(2);
});

test("a device that came begins anew, and one that listens is not woken", async () => {
  const { service, device, posts, listening } = start();
  const one = device();
  await missed(service, one);
  await missed(service, one);
  service.listening([one.boxId]);
  listening.add(toHex(one.boxId));
  await missed(service, one);
  await pass(service, 60 * MINUTE);
  expect(posts).toHaveLength(1);
  listening.clear();
  await missed(service, one);
  expect(posts).toHaveLength(2);
  expect(service.known()).toBe(1);
});

test("a subscription that is gone is forgotten, and one that is refused is not tried again with the same", async () => {
  const { service, device, posts, answer, gone } = start();
  for (const status of [404, 410]) {
    const one = device();
    answer.value = async () => ({ status, retryAfter: null });
    await missed(service, one);
    expect(gone).toContain(one.row.endpoint);
    await missed(service, one);
  }
  const count = posts.length;
  expect(count).toBe(2);
  const one = device();
  answer.value = async () => ({ status: 403, retryAfter: null });
  await missed(service, one);
  await pass(service, 60 * MINUTE);
  expect(posts).toHaveLength(count + 1);
  expect(gone).not.toContain(one.row.endpoint);
});

test("one that is told to wait waits as long as it is told, and tries again by itself", async () => {
  const { service, device, posts, answer } = start();
  const one = device();
  answer.value = async () => ({ status: 429, retryAfter: 10 * MINUTE });
  await missed(service, one);
  await missed(service, one);
  await pass(service, 9.9 * MINUTE);
  expect(posts).toHaveLength(1);
  answer.value = async () => ({ status: 201, retryAfter: null });
  await pass(service, MINUTE);
  expect(posts).toHaveLength(2);
});

test("errors are tried again less and less often, and not for ever", async () => {
  const { service, device, posts, answer } = start();
  answer.value = async () => ({ status: 503, retryAfter: null });
  await missed(service, device());
  await pass(service, 24 * 60 * MINUTE);
  expect(posts).toHaveLength(8);
});

test("a push service that hangs holds up nobody who uses another, and is tried with one device at a time", async () => {
  const { service, device, posts, answer } = start();
  const hanging = Array.from({ length: 30 }, () => device("https://hangs.example"));
  const others = Array.from({ length: 3 }, () => device());
  const ends: (() => void)[] = [];
  answer.value = (endpoint) =>
    endpoint.startsWith("https://hangs.example")
      ? new Promise((_, refuse) => ends.push(() => refuse(new ProtocolError("timeout"))))
      : Promise.resolve({ status: 201, retryAfter: null });
  const toHanging = () =>
    posts.filter(({ endpoint }) => endpoint.startsWith("https://hangs")).length;
  service.missed([...hanging, ...others].map(({ boxId }) => boxId));
  await vi.waitFor(() => expect(posts.length - toHanging()).toBe(3));
  expect(toHanging()).toBe(4);
  for (const end of ends.splice(0)) end();
  await service.idle();
  // Those who had not been tried yet wait without a connection.
  expect(toHanging()).toBe(4);
  await vi.advanceTimersByTimeAsync(4 * MINUTE);
  await vi.waitFor(() => expect(toHanging()).toBe(5));
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(toHanging()).toBe(5);
  answer.value = async () => ({ status: 201, retryAfter: null });
  for (const end of ends.splice(0)) end();
  await pass(service, 120 * MINUTE);
  const reached = new Set(posts.map(({ endpoint }) => endpoint));
  expect(hanging.every(({ row }) => reached.has(row.endpoint))).toBe(true);
});

test("what waited when the node stopped is told after its start", async () => {
  const waiting = person();
  const { service, posts } = start([waiting.row]);
  await service.idle();
  expect(posts.map(({ endpoint }) => endpoint)).toEqual([waiting.row.endpoint]);
});

let devices = 0;

function person(origin = "https://push.example") {
  const key = webPushKey(randomBytes(48));
  const auth = randomBytes(16);
  const boxId = randomBytes(16);
  devices += 1;
  const row: WebPushRow = {
    device: devices,
    endpoint: `${origin}/${devices}`,
    p256dh: key.publicKey,
    auth,
    boxIds: [boxId],
  };
  return { row, boxId, receiver: { ...key, auth } };
}

/** The service over a store and push services that stand in memory. */
function start(waiting: WebPushRow[] = []) {
  const posts: { endpoint: string; headers: Record<string, string>; body: Bytes }[] = [];
  const answer = {
    value: async (_endpoint: string): Promise<PushAnswer> => ({ status: 201, retryAfter: null }),
  };
  const rows = new Map<string, WebPushRow>();
  const listening = new Set<string>();
  const gone: string[] = [];
  const service = createWebPush({
    store: {
      webPush: {
        put: async () => null,
        remove: async () => null,
        endpoint: async () => null,
        gone: async ({ endpoint }) => {
          gone.push(endpoint);
          for (const [box, row] of rows) if (row.endpoint === endpoint) rows.delete(box);
          return null;
        },
        forBoxes: async ({ boxIds }) => boxIds.flatMap((boxId) => rows.get(toHex(boxId)) ?? []),
        waiting: async () => waiting,
      },
    },
    secrets: { webPushSeed: randomBytes(48) },
    name: "a.example",
    services: {
      originOf: (endpoint) => new URL(endpoint).origin,
      post: (endpoint, headers, body) => {
        posts.push({ endpoint, headers, body });
        return answer.value(endpoint);
      },
      close: () => undefined,
    },
    listensAt: (boxId) => listening.has(toHex(boxId)),
    now: () => Date.now(),
  });
  closers.push(() => service.close());
  const device = (origin?: string) => {
    const made = person(origin);
    rows.set(toHex(made.boxId), made.row);
    return made;
  };
  return { service, device, posts, answer, gone, listening };
}

type Service = ReturnType<typeof createWebPush>;

async function missed(service: Service, ...of: { boxId: Bytes }[]): Promise<void> {
  service.missed(of.map(({ boxId }) => boxId));
  await service.idle();
}

async function pass(service: Service, ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await service.idle();
}

import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../ports.ts";
import { connect, createClient } from "./connect.ts";
import { MESSAGE_BYTES, sizeOf } from "./messages.ts";
import type { Api, LiveApi } from "./serve.ts";
import { serve } from "./serve.ts";

class Coded extends Error {
  readonly code = "stale_epoch";
  readonly data = { epoch: 7, nested: { secret: "x" } };
}

function manualClock(): Clock & { fire(): void } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    setTimer(_, fn) {
      timers.add(fn);
      return () => void timers.delete(fn);
    },
    fire() {
      for (const fn of timers) fn();
    },
  };
}

function pair(): { tab: MessagePort; worker: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return { tab: port1, worker: port2 };
}

function setup(api: Api, live: LiveApi = {}, onError?: (error: unknown) => void) {
  const { tab, worker } = pair();
  const clock = manualClock();
  const close = serve(worker, api, live, onError === undefined ? {} : { onError });
  return { client: connect(tab, { clock }), clock, close, tab, worker };
}

test("a call brings its value back, bytes and all", async () => {
  const { client } = setup({ echo: async (args) => args });
  const args = { text: "jambo", bytes: Uint8Array.of(1, 2), big: 2n ** 60n, none: null };
  expect(await client.call("echo", args)).toEqual(args);
});

test("an error keeps its code and its plain data; one without a code becomes internal and its text stays", async () => {
  const errors: unknown[] = [];
  const { client } = setup(
    {
      coded: () => Promise.reject(new Coded("private text")),
      bare: () => Promise.reject(new Error("private text")),
    },
    {},
    (error) => errors.push(error),
  );
  await expect(client.call("coded")).rejects.toMatchObject({
    code: "stale_epoch",
    message: "stale_epoch",
    data: { epoch: 7 },
  });
  await expect(client.call("bare")).rejects.toMatchObject({
    code: "internal",
    message: "internal",
  });
  expect(errors).toHaveLength(1);
});

test("unknown methods, inherited names included, are refused", async () => {
  const { client } = setup({});
  for (const method of ["nothing", "toString", "__proto__"])
    await expect(client.call(method)).rejects.toMatchObject({ code: "rpc_unknown_method" });
});

test("messages over the limit and values that cannot be cloned are refused, both ways", async () => {
  const { client } = setup({
    big: async () => new Uint8Array(MESSAGE_BYTES + 1),
    uncloneable: async () => () => undefined,
    echo: async (args) => args,
  });
  const big = new Uint8Array(MESSAGE_BYTES + 1);
  await expect(client.call("echo", big)).rejects.toMatchObject({ code: "rpc_too_large" });
  await expect(client.call("big")).rejects.toMatchObject({ code: "rpc_too_large" });
  await expect(client.call("uncloneable")).rejects.toMatchObject({ code: "rpc_not_cloneable" });
  await expect(client.call("echo", () => undefined)).rejects.toMatchObject({
    code: "rpc_not_cloneable",
  });
  expect(await client.call("echo", 1)).toBe(1);
});

test("sizes count strings, bytes, keys and nesting, and a cycle ends at the limit", () => {
  expect(sizeOf(new Uint8Array(1000))).toBeGreaterThanOrEqual(1000);
  expect(sizeOf({ key: ["x".repeat(500), new Map([["a", "y".repeat(500)]])] })).toBeGreaterThan(
    1000,
  );
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(sizeOf(cycle, 100)).toBeGreaterThan(100);
});

test("a call that gets no answer times out; an aborted one stops waiting", async () => {
  const { client, clock } = setup({ never: () => new Promise(() => undefined) });
  const late = client.call("never");
  clock.fire();
  await expect(late).rejects.toMatchObject({ code: "rpc_timeout" });
  const abort = new AbortController();
  const aborted = client.call("never", null, { signal: abort.signal });
  abort.abort();
  await expect(aborted).rejects.toMatchObject({ code: "rpc_aborted" });
});

test("a subscription follows until it is cancelled, and the other side is told", async () => {
  let push: ((value: unknown) => void) | undefined;
  let ended = 0;
  const { client } = setup(
    {},
    {
      rows: (args) => ({
        subscribe(onValue) {
          push = onValue;
          onValue(["first", args]);
          return () => void ended++;
        },
      }),
    },
  );
  const seen: unknown[] = [];
  const cancel = client.subscribe("rows", { of: 1 }, (value) => seen.push(value));
  await expect.poll(() => seen).toEqual([["first", { of: 1 }]]);
  push?.("second");
  await expect.poll(() => seen.length).toBe(2);
  cancel();
  await expect.poll(() => ended).toBe(1);
  push?.("third");
  expect(seen).toHaveLength(2);
});

test("a client that closes, and a server that closes, release all subscriptions", async () => {
  let open = 0;
  const live: LiveApi = {
    rows: () => ({
      subscribe() {
        open++;
        return () => void open--;
      },
    }),
  };
  const first = setup({}, live);
  first.client.subscribe("rows", null, () => undefined);
  await expect.poll(() => open).toBe(1);
  first.client.close();
  await expect.poll(() => open).toBe(0);
  await expect(first.client.call("x")).rejects.toMatchObject({ code: "rpc_closed" });
  const second = setup({}, live);
  second.client.subscribe("rows", null, () => undefined);
  await expect.poll(() => open).toBe(1);
  second.close();
  expect(open).toBe(0);
});

test("after a change of leader idempotent calls are asked again, others fail, waiting ones and subscriptions go on", async () => {
  const client = createClient({ clock: manualClock() });
  const early = client.call("early");
  const first = pair();
  const asked: string[] = [];
  serve(
    first.worker,
    {
      early: async () => "from the first",
      read: () => (asked.push("read"), new Promise(() => undefined)),
      write: () => (asked.push("write"), new Promise(() => undefined)),
    },
    { rows: () => ({ subscribe: (onValue) => (onValue("one"), () => undefined) }) },
  );
  client.attach(first.tab);
  expect(await early).toBe("from the first");
  const seen: unknown[] = [];
  client.subscribe("rows", null, (value) => seen.push(value));
  const read = client.call("read", null, { idempotent: true });
  const write = client.call("write").catch((error: unknown) => error);
  await expect.poll(() => asked).toEqual(["read", "write"]);
  await expect.poll(() => seen).toEqual(["one"]);
  client.detach();
  expect(await write).toMatchObject({ code: "leader_changed" });
  const unsent = client.call("write");
  const second = pair();
  serve(
    second.worker,
    { read: async () => "read again", write: async () => "written once" },
    { rows: () => ({ subscribe: (onValue) => (onValue("two"), () => undefined) }) },
  );
  client.attach(second.tab);
  expect(await read).toBe("read again");
  expect(await unsent).toBe("written once");
  await expect.poll(() => seen).toEqual(["one", "two"]);
});

test("foreign messages are ignored, and too many calls at once are refused", async () => {
  const { tab, worker } = pair();
  let running = 0;
  serve(worker, { wait: () => (running++, new Promise(() => undefined)) }, {}, { capacity: 2 });
  const client = connect(tab, { clock: manualClock() });
  for (const junk of [null, 1, "x", {}, { t: "call" }, { t: "call", id: 1.5, method: "wait" }])
    tab.postMessage(junk);
  const outcomes = [1, 2, 3].map(() => client.call("wait").catch((error: unknown) => error));
  expect(await outcomes[2]).toMatchObject({ code: "rpc_busy" });
  expect(running).toBe(2);
  worker.postMessage({ nonsense: true });
  worker.postMessage({ t: "value", id: 999, value: 1 });
  worker.postMessage({ t: "value", id: 1, value: "still listening" });
  expect(await outcomes[0]).toBe("still listening");
});

test("what is asked for before it is there waits; what is there answers at once", async () => {
  const { tab, worker } = pair();
  const api: Api = { lock: async () => "locked" };
  const live: LiveApi = {};
  const { promise: until, resolve: open } = Promise.withResolvers<void>();
  serve(worker, api, live, { until });
  const client = connect(tab, { clock: manualClock() });
  const seen: unknown[] = [];
  let began = 0;
  const rows = () => ({
    subscribe(onValue: (value: unknown) => void) {
      began++;
      onValue("row");
      return () => undefined;
    },
  });
  client.subscribe("rows", null, (value) => seen.push(value));
  const cancelled = client.subscribe("rows", null, () => seen.push("cancelled"));
  const value = client.call("engine");
  const missing = client.call("nowhere").catch((error: unknown) => error);
  cancelled();
  expect(await client.call("lock")).toBe("locked");
  expect(seen).toEqual([]);
  api["engine"] = async () => "runs";
  live["rows"] = rows;
  open();
  expect(await value).toBe("runs");
  expect(await missing).toMatchObject({ code: "rpc_unknown_method" });
  expect(seen).toEqual(["row"]);
  expect(began).toBe(1);
});

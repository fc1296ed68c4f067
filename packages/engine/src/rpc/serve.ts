/** The engine's side of a connection: answers one tab over one channel. */
import * as v from "valibot";
import { connectionError, toWire } from "./errors.ts";
import type { Answer, Channel, Request } from "./messages.ts";
import { MESSAGE_BYTES, RequestSchema, sizeOf } from "./messages.ts";

/** The calls that a tab may make. Each validates its own arguments: they are whatever the tab sent. */
export type Api = Record<string, (args: unknown) => Promise<unknown>>;

/** Something that follows, such as a live query. */
export type LiveSource = {
  subscribe(onValue: (value: unknown) => void, onError?: (error: unknown) => void): () => void;
};

/** What a tab may subscribe to. */
export type LiveApi = Record<string, (args: unknown) => LiveSource>;

export type ServeOptions = {
  /** Told of errors without a code, which reach the tab as `internal`. */
  onError?: (error: unknown) => void;
  /** What is asked for by a name that is not there yet waits until this settles. */
  until?: Promise<void>;
  /** Largest number of calls under way, and of subscriptions. 1,000 each. */
  capacity?: number;
};

/** @returns a function that ends all subscriptions and stops answering; calls under way run to their end. */
export function serve(
  channel: Channel,
  api: Api,
  live: LiveApi,
  { onError, until, capacity = 1000 }: ServeOptions = {},
): () => void {
  const calls = new Set<number>();
  const subscriptions = new Map<number, () => void>();
  let closed = false;
  let waits = until !== undefined;
  void until?.then(() => {
    waits = false;
  });

  function answer(message: Answer): void {
    if (closed) return;
    try {
      if (sizeOf(message) > MESSAGE_BYTES) throw connectionError("rpc_too_large");
      channel.postMessage(message);
    } catch (error) {
      const told = error instanceof Error && "code" in error && error.code === "rpc_too_large";
      const why = told ? error : connectionError("rpc_not_cloneable");
      channel.postMessage({ t: "error", id: message.id, error: toWire(why) } satisfies Answer);
    }
  }

  function fail(id: number, error: unknown): void {
    const wire = toWire(error);
    if (wire.code === "internal") onError?.(error);
    answer({ t: "error", id, error: wire });
  }

  async function call({ id, method, args }: Extract<Request, { t: "call" }>): Promise<void> {
    if (calls.has(id)) return;
    if (calls.size >= capacity) return fail(id, connectionError("rpc_busy"));
    calls.add(id);
    try {
      if (waits && !Object.hasOwn(api, method)) await until;
      const fn = Object.hasOwn(api, method) ? api[method] : undefined;
      if (fn === undefined) throw connectionError("rpc_unknown_method");
      answer({ t: "value", id, value: await fn(args) });
    } catch (error) {
      fail(id, error);
    } finally {
      calls.delete(id);
    }
  }

  function subscribe({ id, method, args }: Extract<Request, { t: "subscribe" }>): void {
    if (subscriptions.has(id)) return;
    if (subscriptions.size >= capacity) return fail(id, connectionError("rpc_busy"));
    if (waits && !Object.hasOwn(live, method)) return later({ t: "subscribe", id, method, args });
    try {
      const source = Object.hasOwn(live, method) ? live[method] : undefined;
      if (source === undefined) throw connectionError("rpc_unknown_method");
      const end = source(args).subscribe(
        (value) => answer({ t: "value", id, value }),
        (error) => fail(id, error),
      );
      subscriptions.set(id, end);
    } catch (error) {
      fail(id, error);
    }
  }

  /** Subscribes when there is something to subscribe to, unless it was cancelled meanwhile. */
  function later(request: Extract<Request, { t: "subscribe" }>): void {
    let wanted = true;
    subscriptions.set(request.id, () => {
      wanted = false;
    });
    void until?.then(() => {
      if (!wanted) return;
      subscriptions.delete(request.id);
      subscribe(request);
    });
  }

  function close(): void {
    closed = true;
    channel.onmessage = null;
    for (const end of subscriptions.values()) end();
    subscriptions.clear();
  }

  channel.onmessage = ({ data }: { data: unknown }) => {
    const parsed = v.safeParse(RequestSchema, data);
    // What is no request has no id that an answer could name.
    if (!parsed.success) return;
    const request = parsed.output;
    if (request.t === "bye") return close();
    if (request.t === "cancel") {
      subscriptions.get(request.id)?.();
      subscriptions.delete(request.id);
    } else if (sizeOf(data) > MESSAGE_BYTES) fail(request.id, connectionError("rpc_too_large"));
    else if (request.t === "call") void call(request);
    else subscribe(request);
  };
  return close;
}

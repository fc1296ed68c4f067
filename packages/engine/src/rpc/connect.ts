/**
 * The tab's side of a connection. It outlives the worker that it talks to: when another tab takes the engine over, the
 * client is attached to the new one; subscriptions start anew, idempotent calls are asked again, and calls that may already
 * have been done fail with `leader_changed`.
 */
import * as v from "valibot";
import type { Clock } from "../ports.ts";
import { guarded } from "../store/guarded.ts";
import { RpcError, connectionError } from "./errors.ts";
import type { Channel, Request } from "./messages.ts";
import { AnswerSchema, MESSAGE_BYTES, sizeOf } from "./messages.ts";

export type CallOptions = {
  /** Asking twice does no more than asking once: the call is repeated after a change of leader. */
  idempotent?: boolean;
  /** Milliseconds until the call fails with `rpc_timeout`. 30 s unless told otherwise. */
  timeout?: number;
  /** Stops waiting; the engine goes on. */
  signal?: AbortSignal;
};

export type RpcClient = {
  /** Asks the engine. While no worker is attached the call waits. @throws RpcError */
  call(method: string, args?: unknown, options?: CallOptions): Promise<unknown>;
  /** Follows something. @returns a function that ends it. After `onError` a live query may still recover. */
  subscribe(
    method: string,
    args: unknown,
    onValue: (value: unknown) => void,
    onError?: (error: RpcError) => void,
  ): () => void;
  /** Talks over this channel from now on. */
  attach(channel: Channel): void;
  /** The worker is gone; waits for the next {@link RpcClient.attach}. */
  detach(): void;
  /** Ends everything; what waits fails with `rpc_closed`. */
  close(): void;
};

type Call = {
  request: Request;
  idempotent: boolean;
  sent: boolean;
  resolve: (value: unknown) => void;
  reject: (error: RpcError) => void;
};

type Subscription = {
  request: Request;
  onValue: (value: unknown) => void;
  onError: ((error: RpcError) => void) | undefined;
};

/** A client over one channel. */
export function connect(channel: Channel, options: { clock: Clock }): RpcClient {
  const client = createClient(options);
  client.attach(channel);
  return client;
}

/** A client that is not attached yet. */
export function createClient({ clock }: { clock: Clock }): RpcClient {
  const calls = new Map<number, Call>();
  const subscriptions = new Map<number, Subscription>();
  let channel: Channel | undefined;
  let closed = false;
  let lastId = 0;

  function post(request: Request): void {
    channel?.postMessage(request);
  }

  function send(call: Call): void {
    if (channel === undefined) return;
    try {
      post(call.request);
      call.sent = true;
    } catch {
      call.reject(connectionError("rpc_not_cloneable"));
    }
  }

  function receive({ data }: { data: unknown }): void {
    const parsed = v.safeParse(AnswerSchema, data);
    if (!parsed.success) return;
    const answer = parsed.output;
    const call = calls.get(answer.id);
    const subscription = subscriptions.get(answer.id);
    if (answer.t === "value") {
      call?.resolve(answer.value);
      if (subscription !== undefined) guarded(() => subscription.onValue(answer.value));
    } else {
      const error = new RpcError(answer.error.code, answer.error.data);
      call?.reject(error);
      if (subscription !== undefined) guarded(() => subscription.onError?.(error));
    }
  }

  function detach(): void {
    if (channel === undefined) return;
    channel.onmessage = null;
    channel = undefined;
    for (const call of calls.values()) {
      if (!call.sent) continue;
      if (call.idempotent) call.sent = false;
      else call.reject(connectionError("leader_changed"));
    }
  }

  return {
    async call(method, args, { idempotent = false, timeout = 30_000, signal } = {}) {
      if (closed) throw connectionError("rpc_closed");
      if (signal?.aborted === true) throw connectionError("rpc_aborted");
      if (sizeOf(args) > MESSAGE_BYTES) throw connectionError("rpc_too_large");
      const id = ++lastId;
      let cancelTimer: (() => void) | undefined;
      let aborted: (() => void) | undefined;
      try {
        return await new Promise<unknown>((resolve, reject) => {
          const request: Request = { t: "call", id, method, args };
          const call: Call = { request, idempotent, sent: false, resolve, reject };
          cancelTimer = clock.setTimer(timeout, () => reject(connectionError("rpc_timeout")));
          aborted = () => reject(connectionError("rpc_aborted"));
          signal?.addEventListener("abort", aborted);
          calls.set(id, call);
          send(call);
        });
      } finally {
        calls.delete(id);
        cancelTimer?.();
        if (aborted !== undefined) signal?.removeEventListener("abort", aborted);
      }
    },
    subscribe(method, args, onValue, onError) {
      if (closed) throw connectionError("rpc_closed");
      if (sizeOf(args) > MESSAGE_BYTES) throw connectionError("rpc_too_large");
      const id = ++lastId;
      const request: Request = { t: "subscribe", id, method, args };
      post(request);
      subscriptions.set(id, { request, onValue, onError });
      return () => {
        if (subscriptions.delete(id)) post({ t: "cancel", id });
      };
    },
    attach(next) {
      detach();
      if (closed) return;
      channel = next;
      channel.onmessage = receive;
      for (const { request } of subscriptions.values()) post(request);
      for (const call of calls.values()) if (!call.sent) send(call);
    },
    detach,
    close() {
      if (closed) return;
      closed = true;
      post({ t: "bye" });
      if (channel !== undefined) channel.onmessage = null;
      channel = undefined;
      subscriptions.clear();
      for (const call of calls.values()) call.reject(connectionError("rpc_closed"));
    },
  };
}

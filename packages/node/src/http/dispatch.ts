/** From a route's name and the bytes of a request to a status and the bytes of a response: the same for HTTP and the gateway. */
import type { Bytes, CheckedRequestOf, RouteName } from "@baraza/protocol";
import {
  decodeRequest,
  encodeError,
  encodeResponse,
  isRoute,
  LIMITS,
  ProtocolError,
  ROUTES,
  statusOf,
} from "@baraza/protocol";
import type { Metrics } from "./metrics.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Account, Context, Decoders, Handler, Handlers } from "./registry.ts";
import { Encoded } from "./registry.ts";

/** Nobody but whoever sends it holds the body. */
export type Answer = { status: number; body: Bytes };

/** Who calls: `account` is asked only where the route wants to know. */
export type Caller = {
  account(): Promise<Account | null> | Account | null;
  readonly limitKey: string;
  /** Came through the gateway: only `gateway` routes answer. */
  sealed: boolean;
};

export type Dispatcher = {
  /** Always an answer: an error is one too. */
  call(name: string, body: Bytes, caller: Caller): Promise<Answer>;
  /** The largest request of a route; of an unknown one, nothing is read. */
  maxBytes(name: string): number;
  has(name: string): name is RouteName;
};

export type DispatchDeps = {
  handlers: Handlers;
  decoders?: Decoders;
  limits: RateLimits;
  metrics: Metrics;
  now: () => number;
  /** Told the route and the kind of an error that no code stands for. */
  onFault(route: string, error: unknown): void;
  timeoutMs?: number;
};

/** The bytes of an error with its status. */
export function errorAnswer(error: ProtocolError): Answer {
  return { status: statusOf(error.code), body: encodeError(error) };
}

/** Builds the one way to every handler. */
export function createDispatcher(deps: DispatchDeps): Dispatcher {
  const { handlers, decoders = {}, limits, metrics, now } = deps;
  const timeoutMs = deps.timeoutMs ?? LIMITS.requestTimeoutMs;
  const has = (name: string): name is RouteName => isRoute(name) && handlers[name] !== undefined;

  const run = async <N extends RouteName>(name: N, body: Bytes, caller: Caller): Promise<Bytes> => {
    const handler = handlers[name] as Handler<N>;
    const account = await admit(name, caller);
    const decode: Decode<N> | undefined = decoders[name];
    if (body.length > ROUTES[name].max)
      throw new ProtocolError("too_large", { data: { max: ROUTES[name].max } });
    const request = decode?.(body) ?? decodeRequest(name, body);
    const context: Context = {
      now,
      account,
      sealed: caller.sealed,
      get limitKey() {
        return caller.limitKey;
      },
      limit: (bucket, rate, key) => {
        limits.take(bucket, key ?? caller.limitKey, rate);
      },
    };
    const response = await handler(request, context as Parameters<Handler<N>>[1]);
    return response instanceof Encoded ? response.bytes : encodeResponse(name, response);
  };

  return {
    has,
    maxBytes: (name) => (has(name) ? ROUTES[name].max : 0),
    call: async (name, body, caller) => {
      const started = performance.now();
      let answer: Answer;
      const known = has(name);
      try {
        if (!known) throw new ProtocolError("unknown_route");
        answer = { status: 200, body: await within(timeoutMs, run(name, body, caller)) };
      } catch (error) {
        if (!(error instanceof ProtocolError)) deps.onFault(known ? name : "unknown", error);
        answer = errorAnswer(
          error instanceof ProtocolError ? error : new ProtocolError("internal"),
        );
      }
      metrics.request(known ? name : "unknown", answer.status, performance.now() - started);
      return answer;
    },
  };
}

type Decode<N extends RouteName> = (body: Bytes) => CheckedRequestOf<N> | null;

/** The account where the route wants one. A gateway route does not get it even when a session came along. */
async function admit(name: RouteName, caller: Caller): Promise<Account | null> {
  const { access } = ROUTES[name];
  if (caller.sealed && access !== "gateway") throw new ProtocolError("forbidden");
  if (access !== "session" && access !== "administrator") return null;
  const account = await caller.account();
  if (account === null) throw new ProtocolError("unauthenticated");
  if (access === "administrator" && account.role !== "administrator")
    throw new ProtocolError("forbidden");
  return account;
}

/** @throws ProtocolError `timeout` when the work takes longer. What it has begun goes on, and is answered to nobody. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ProtocolError("timeout"));
    }, milliseconds);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** Handlers by route, and what each is given. A service returns its part of this table. */
import type { WebSocket } from "ws";
import type {
  Access,
  Bytes,
  CheckedRequestOf,
  ROUTES,
  Role,
  ResponseOf,
  RouteName,
} from "@baraza/protocol";

/** Who is signed in. `sessionId` is the hash of the session: the session itself is kept nowhere. */
export type Account = { accountId: Bytes; role: Role; sessionId: Bytes };

/** Finds the account of a session (32 bytes from the bearer header); null when there is none or it has ended. */
export type Authenticate = (session: Bytes) => Promise<Account | null> | Account | null;

/**
 * What a handler may know besides its request. Only `session` and `administrator` routes learn the account: a
 * `gateway` route never does, even where a session was sent along.
 */
export type Context<A extends Access = Access> = {
  now: () => number;
  account: A extends "session" | "administrator" ? Account : null;
  /** The route came through the gateway, sealed. */
  sealed: boolean;
  /** Stands for the caller's network address without telling it: a hash under a key that lives as long as the process. */
  readonly limitKey: string;
  /**
   * Takes one from a bucket of `burst` that fills again at `perMinute`. The bucket is the caller's (`limitKey`), or that
   * of `key` when given (a log, an account name). @throws ProtocolError `rate_limited` with `seconds` to wait.
   */
  limit: (bucket: string, rate: { perMinute: number; burst: number }, key?: string) => void;
};

type AccessOf<N extends RouteName> = (typeof ROUTES)[N]["access"];

/** A response that is encoded already (hot paths): its bytes are sent as they are. */
export class Encoded {
  readonly bytes: Bytes;
  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }
}

export type Handler<N extends RouteName> = (
  request: CheckedRequestOf<N>,
  context: Context<AccessOf<N>>,
) => Promise<ResponseOf<N> | Encoded> | ResponseOf<N> | Encoded;

/** A service's routes. */
export type Handlers = { readonly [N in RouteName]?: Handler<N> };

/**
 * Faster ways to read a request, for hot routes: what they give is exactly what codec and schema would; null leaves it
 * to those.
 */
export type Decoders = {
  readonly [N in RouteName]?: (body: Bytes) => CheckedRequestOf<N> | null;
};

/** What `createX(deps)` of every service gives back, besides what is its own. */
export type Service = {
  readonly routes: Handlers;
  readonly decoders?: Decoders;
  close(): Promise<void> | void;
};

/** A POST route beside the table (the gateway): bytes in and out, with its own content type. */
export type RawRoute = {
  path: string;
  type: string;
  max: number;
  /** A ProtocolError is answered as on every other route. */
  handle(
    body: Bytes,
    context: { limitKey: string },
  ): Promise<{ status: number; type: string; body: Bytes }>;
};

/** A GET page of its own (the node record): bytes that anybody may have. */
export type Page = { path: string; type: string; body: () => Promise<Bytes> | Bytes };

/** A live connection that was accepted: the handler takes it from here. */
export type LiveHandler = (socket: WebSocket, context: { limitKey: string }) => void;

/** Requests to one's own node: typed calls over the transport, with the session where a route needs one. */
import type { Bytes, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import {
  decodeResponse,
  encodeRequest,
  PATHS,
  ProtocolError,
  ROUTES,
  toBase64url,
} from "@baraza/protocol";
import type { Transport } from "../ports.ts";
import { TransportError } from "../ports.ts";

export type OwnNode = {
  /**
   * Calls a route of one's own node. The session goes along only where the route asks for one: what may come through a
   * gateway never says who asks. `session`: another than the one that is in use.
   * @throws ProtocolError as the node answered; `unavailable` when it could not be reached.
   */
  call<N extends RouteName>(
    name: N,
    request: RequestOf<N>,
    options?: { signal?: AbortSignal; session?: Bytes },
  ): Promise<ResponseOf<N>>;
};

export function createOwnNode(
  transport: Transport,
  session: () => Bytes | null,
  reached: (reachable: boolean) => void,
): OwnNode {
  return {
    async call(name, request, options = {}) {
      const { access } = ROUTES[name];
      const asks = access === "session" || access === "administrator";
      const token = asks ? (options.session ?? session()) : null;
      const headers: Record<string, string> = { "content-type": "application/cbor" };
      if (token !== null) headers.authorization = `Bearer ${toBase64url(token)}`;
      let answer: { status: number; body: Bytes };
      try {
        answer = await transport.request(PATHS.api + name, encodeRequest(name, request), {
          headers,
          given: true,
          ...(options.signal ? { signal: options.signal } : {}),
        });
      } catch (cause) {
        if (cause instanceof ProtocolError) throw cause;
        if (!(cause instanceof TransportError) || cause.code === "offline") reached(false);
        throw new ProtocolError("unavailable", { cause });
      }
      reached(true);
      return decodeResponse(name, answer.status, answer.body);
    },
  };
}

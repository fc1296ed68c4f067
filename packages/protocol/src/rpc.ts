/** The frame around requests and responses, for both ends: from value to bytes and back, with typed errors. */
import type * as v from "valibot";
import type { Bytes } from "./bytes.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { cutChunkOut, LARGE, putChunkIn, STAND_IN } from "./chunk-frames.ts";
import { isErrorCode, ProtocolError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import type { CheckedRequestOf, RequestOf, ResponseOf, RouteName } from "./routes.ts";
import { errorBody, ROUTES } from "./routes.ts";
import { check, readAs, writeAs } from "./schema.ts";

/** The bytes of a request. @throws ProtocolError when the value does not fit the route. */
export function encodeRequest<N extends RouteName>(name: N, value: RequestOf<N>): Bytes {
  if (name === "blobs.put") return encodeLarge(ROUTES[name].request, value);
  return writeAs(ROUTES[name].request, value);
}

/** A request as a node reads it. @throws ProtocolError `too_large`, `malformed`, `unsupported_field`. */
export function decodeRequest<N extends RouteName>(name: N, body: Uint8Array): CheckedRequestOf<N> {
  const { request, max } = ROUTES[name];
  if (name === "blobs.put") return decodeLarge(request, body, max) as CheckedRequestOf<N>;
  return readAs(request, body, max) as CheckedRequestOf<N>;
}

/** The bytes of a response. */
export function encodeResponse<N extends RouteName>(name: N, value: ResponseOf<N>): Bytes {
  if (name === "blobs.get") return encodeLarge(ROUTES[name].response, value);
  return encodeCbor(check(ROUTES[name].response, value));
}

/** The bytes of an error. */
export function encodeError(error: ProtocolError): Bytes {
  return encodeCbor({ error: { code: error.code, data: error.data } });
}

/** A response as a client reads it. @throws ProtocolError as the node sent it; an unknown code becomes `internal` or `malformed` by status. */
export function decodeResponse<N extends RouteName>(
  name: N,
  status: number,
  body: Uint8Array,
): ResponseOf<N> {
  if (status === 200 && name === "blobs.get")
    return decodeLarge(ROUTES[name].response, body, RESPONSE_BYTES) as ResponseOf<N>;
  if (status === 200) return readAs(ROUTES[name].response, body, RESPONSE_BYTES) as ResponseOf<N>;
  let code: unknown;
  let data = {};
  try {
    const { error } = check(errorBody, decodeCbor(body.subarray(0, LIMITS.requestBytes)));
    code = error.code;
    data = error.data ?? {};
  } catch {
    code = undefined;
  }
  if (isErrorCode(code)) throw new ProtocolError(code, { data });
  throw new ProtocolError(status >= 500 ? "unavailable" : "malformed", { data: { status } });
}

/** What carries a chunk: see chunk-frames.ts. */
function encodeLarge(schema: v.GenericSchema, value: unknown): Bytes {
  const { chunk } = value as { chunk: unknown };
  if (chunk instanceof Uint8Array && chunk.length > LARGE && chunk.length <= LIMITS.chunkBytes) {
    const rest = writeAs(schema, { ...(value as object), chunk: STAND_IN });
    const whole = chunk.length < 0x1_0000 ? undefined : putChunkIn(rest, chunk as Bytes);
    if (whole !== undefined) return whole;
  }
  return writeAs(schema, value);
}

function decodeLarge(schema: v.GenericSchema, body: Uint8Array, max: number): unknown {
  if (body.length > max) throw new ProtocolError("too_large", { data: { max } });
  const cut = body.length > LARGE ? cutChunkOut(body) : undefined;
  if (cut === undefined) return readAs(schema, body, max);
  if (cut.chunk.length > LIMITS.chunkBytes)
    throw new ProtocolError("malformed", { data: { field: "chunk" } });
  return { ...(readAs(schema, cut.rest, max) as object), chunk: cut.chunk };
}

const RESPONSE_BYTES = LIMITS.appendBytes + LIMITS.requestBytes;

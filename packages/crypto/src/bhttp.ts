/** Binary HTTP (RFC 9292), messages of known length: what travels inside Oblivious HTTP. */
import type { Bytes } from "@baraza/protocol";
import { concat, fromUtf8, paddedSize, utf8 } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";

export type HttpField = [name: string, value: string];
/** A request. Names of header fields are lower case. */
export type HttpRequest = {
  method: string;
  scheme: string;
  authority: string;
  path: string;
  headers: HttpField[];
  body: Bytes;
};
export type HttpResponse = { status: number; headers: HttpField[]; body: Bytes };

const REQUEST = 0;
const RESPONSE = 1;
/** Sections with more fields than this are refused: this API uses none. */
const MAX_FIELDS = 64;

/** Encodes a request (section 3.1), with zeros after it (section 3.8) up to a padded size less `overhead`. */
export function encodeHttpRequest(request: HttpRequest, overhead: number): Bytes {
  return padded(
    concat(
      varint(REQUEST),
      text(request.method),
      text(request.scheme),
      text(request.authority),
      text(request.path),
      fields(request.headers),
      prefixed(request.body),
      varint(0),
    ),
    overhead,
  );
}

/** Encodes a response, padded like requests. */
export function encodeHttpResponse(response: HttpResponse, overhead: number): Bytes {
  return padded(
    concat(
      varint(RESPONSE),
      varint(response.status),
      fields(response.headers),
      prefixed(response.body),
      varint(0),
    ),
    overhead,
  );
}

/** @throws CryptoError `bad_http` on anything but a request of known length. */
export function decodeHttpRequest(bytes: Bytes): HttpRequest {
  return reading(bytes, (reader) => {
    if (reader.varint() !== REQUEST) throw new RangeError("not a request");
    const [method, scheme, authority, path] = [
      reader.text(),
      reader.text(),
      reader.text(),
      reader.text(),
    ];
    return { method, scheme, authority, path, ...reader.rest() };
  });
}

/** @throws CryptoError `bad_http` on anything but a final response of known length. */
export function decodeHttpResponse(bytes: Bytes): HttpResponse {
  return reading(bytes, (reader) => {
    if (reader.varint() !== RESPONSE) throw new RangeError("not a response");
    let status = reader.varint();
    // Informational responses stand before the final one (section 3.5.1).
    for (let i = 0; status >= 100 && status < 200; i++) {
      if (i === MAX_FIELDS) throw new RangeError("too many");
      reader.fields();
      status = reader.varint();
    }
    if (status < 200 || status > 599) throw new RangeError("status");
    return { status, ...reader.rest() };
  });
}

function reading<T>(bytes: Bytes, read: (reader: ReturnType<typeof createReader>) => T): T {
  try {
    return read(createReader(bytes));
  } catch (cause) {
    throw new CryptoError("bad_http", cause);
  }
}

function createReader(bytes: Bytes) {
  let at = 0;
  function take(length: number): Bytes {
    if (at + length > bytes.length) throw new RangeError("short");
    at += length;
    return bytes.subarray(at - length, at);
  }
  function readVarint(): number {
    const first = take(1)[0] ?? 0;
    let value = first & 63;
    for (const byte of take((1 << (first >> 6)) - 1)) value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) throw new RangeError("number");
    return value;
  }
  const readText = () => fromUtf8(take(readVarint()));
  function readFields(): HttpField[] {
    const end = readVarint() + at;
    if (end > bytes.length) throw new RangeError("short");
    const out: HttpField[] = [];
    while (at < end) {
      if (out.length === MAX_FIELDS) throw new RangeError("too many");
      const name = readText();
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) throw new RangeError("field name");
      const value = readText();
      if (/[\0\r\n]|^[ \t]|[ \t]$/.test(value)) throw new RangeError("field value");
      out.push([name, value]);
    }
    if (at !== end) throw new RangeError("fields");
    return out;
  }
  /** Header fields, content, trailers, padding. What is empty at the end may be left out (section 3.8). */
  function rest(): { headers: HttpField[]; body: Bytes } {
    const done = () => at === bytes.length;
    const headers = done() ? [] : readFields();
    const body = done() ? new Uint8Array() : take(readVarint()).slice();
    if (!done()) readFields();
    if (bytes.subarray(at).some((byte) => byte !== 0)) throw new RangeError("padding");
    return { headers, body };
  }
  return { varint: readVarint, text: readText, fields: readFields, rest };
}

/** A variable-length integer (RFC 9000, section 16). */
function varint(value: number): Bytes {
  if (value < 0x40) return Uint8Array.of(value);
  if (value < 0x4000) return Uint8Array.of((value >> 8) | 0x40, value & 255);
  if (value >= 0x4000_0000) throw new CryptoError("bad_input");
  return Uint8Array.of((value >>> 24) | 0x80, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}

function prefixed(bytes: Uint8Array): Bytes {
  return concat(varint(bytes.length), bytes);
}

function text(value: string): Bytes {
  return prefixed(utf8(value));
}

function fields(list: readonly HttpField[]): Bytes {
  return prefixed(concat(...list.flatMap(([name, value]) => [text(name), text(value)])));
}

function padded(message: Bytes, overhead: number): Bytes {
  const out = new Uint8Array(paddedSize(message.length + overhead) - overhead);
  out.set(message);
  return out;
}

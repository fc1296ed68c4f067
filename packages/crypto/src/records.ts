/** What signed records have in common: the digest that is signed, and reading them from bytes or objects. */
import type { Bytes, Infer, Schema } from "@baraza/protocol";
import { check, encodeCbor, LIMITS, ProtocolError, readAs } from "@baraza/protocol";
import type { CryptoErrorCode } from "./errors.ts";
import { CryptoError } from "./errors.ts";
import { isBytes, sha256 } from "./primitives.ts";

/** The named fields of a record but those in `K`. (`Omit` forgets all names of types that allow unknown fields.) */
export type Without<T, K extends string> = {
  [
    P in keyof T as string extends P ? never : number extends P ? never : P extends K ? never : P
  ]: T[P];
};

/** `H(cbor without sig)`: covers every field, also those that this version does not know. */
export function recordDigest(record: Record<string, unknown>): Bytes {
  return sha256(encodeCbor({ ...record, sig: undefined }));
}

/**
 * A record from its bytes, or checked as it stands.
 * @throws CryptoError with `code` on anything that does not fit; ProtocolError `unsupported_field` when it demands
 * a field of a later version.
 */
export function readRecord<S extends Schema>(
  schema: S,
  input: unknown,
  code: CryptoErrorCode,
  max: number = LIMITS.recordBytes,
): Infer<S> {
  try {
    return isBytes(input) ? readAs(schema, input, max) : check(schema, input);
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === "unsupported_field") throw cause;
    throw new CryptoError(code, cause);
  }
}

/** The building blocks of every schema, and the one way to read bytes as a typed, checked object. */
import * as v from "valibot";
import type { Bytes } from "./bytes.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { ProtocolError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

/** Bytes of at most `max`, at least `min`. */
export const bytes = (max: number, min = 0) =>
  v.custom<Bytes>(
    (input) => input instanceof Uint8Array && input.length >= min && input.length <= max,
    "bytes",
  );

/** Exactly `length` bytes. */
export const exact = (length: number) => bytes(length, length);

export const bytes16 = exact(16);
export const bytes32 = exact(32);
export const signature = exact(64);

/** A non-negative integer up to `max`. */
export const uint = (max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max));

/** Text of at most `max` UTF-16 units, in Unicode normal form C, well formed. */
export const text = (max: number, min = 0) =>
  v.pipe(
    v.string(),
    v.minLength(min),
    v.maxLength(max),
    v.check((value) => value.isWellFormed() && value.normalize("NFC") === value, "text"),
  );

/** Milliseconds since 1970. */
export const time = uint();

const HOST = String.raw`(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?`;

/** A node name: lower-case host (punycode), and a port where it is not the usual one. */
export const nodeName = v.pipe(
  v.string(),
  v.maxLength(LIMITS.nodeNameLength),
  v.regex(new RegExp(String.raw`^${HOST}(?::[1-9][0-9]{0,4})?$`)),
);

/** The part of an address before the @: letters and digits of ASCII, dots, hyphens and underscores inside. */
export const accountName = v.pipe(
  v.string(),
  v.maxLength(LIMITS.accountNameLength),
  v.regex(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/),
);

/** Field names that a reader must understand (see {@link readAs}). */
const must = { must: v.optional(v.pipe(v.array(text(64, 1)), v.maxLength(16))) };

/**
 * An object of the protocol. Unknown fields are kept as they are, so that a party one version behind
 * passes on what it does not know; those that a sender lists in `must` have to be understood.
 */
export const object = <const T extends v.ObjectEntries>(entries: T) =>
  v.looseObject({ ...entries, ...must });

/** Any schema of this package. */
export type Schema<T = unknown> = v.GenericSchema<unknown, T>;
export type Infer<S extends v.GenericSchema> = v.InferOutput<S>;

/**
 * Checks a decoded value against a schema.
 * @throws ProtocolError `unsupported_field` when it demands a field that this version does not know,
 * `malformed` (with `field`) when it does not fit.
 */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  inspect(schema as Parts, value);
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]);
  throw new ProtocolError("malformed", field === null ? {} : { data: { field } });
}

/** Decodes canonical CBOR and checks it. @throws ProtocolError as {@link check} and `too_large` above `max` bytes. */
export function readAs<S extends v.GenericSchema>(
  schema: S,
  input: Uint8Array,
  max: number = LIMITS.requestBytes,
): v.InferOutput<S> {
  if (input.length > max) throw new ProtocolError("too_large", { data: { max } });
  return check(schema, decodeCbor(input));
}

/** Encodes what fits the schema. @throws ProtocolError when it does not: a bug of the caller, caught before it travels. */
export function writeAs<S extends v.GenericSchema>(schema: S, value: v.InferInput<S>): Bytes {
  return encodeCbor(check(schema, value));
}

/** What schemas are made of, as far as {@link inspect} has to look into them. */
type Parts = {
  entries?: Record<string, Parts & { literal?: unknown }>;
  wrapped?: Parts;
  item?: Parts;
  key?: string;
  options?: readonly Parts[];
};

/**
 * Looks for `must` in every object of the value that the schema describes, not only in the outermost. Refuses lists
 * and bytes in place of objects as well, which Valibot takes for objects without fields.
 */
function inspect(schema: Parts, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (schema.wrapped !== undefined) return inspect(schema.wrapped, value);
  if (schema.item !== undefined) {
    if (Array.isArray(value)) for (const each of value) inspect(schema.item, each);
    return;
  }
  if (schema.entries === undefined && schema.key === undefined) return;
  if (Array.isArray(value) || value instanceof Uint8Array) throw new ProtocolError("malformed");
  const fields = value as Record<string, unknown>;
  const { key } = schema;
  if (key !== undefined) {
    const option = schema.options?.find((each) => each.entries?.[key]?.literal === fields[key]);
    if (option !== undefined) inspect(option, value);
    return;
  }
  const { entries } = schema;
  if (entries === undefined) return;
  if (Array.isArray(fields["must"])) {
    for (const field of fields["must"] as unknown[]) {
      if (typeof field === "string" && !Object.hasOwn(entries, field))
        throw new ProtocolError("unsupported_field", { data: { field: field.slice(0, 64) } });
    }
  }
  for (const [name, inner] of Object.entries(entries)) {
    if (Object.hasOwn(fields, name)) inspect(inner, fields[name]);
  }
}

/** What every tool checks the same way: payloads of events (also those that newer versions wrote), and arguments of commands. */
import { ProtocolError, check, object } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../errors.ts";

/**
 * The schema of one event type's payload, made of the fields that this version knows.
 *
 * [Note: Newer payloads] A later version may add fields. Those that one can do without are simply there: they are kept and
 * ignored. A field without which the event would be misunderstood is named in the payload's `must`. Such an
 * event fits this schema too, so that the reducer gets it and can show that something is there which a newer app
 * understands; {@link readPayload} tells the two apart. When the newer app plays the events again, it shows the rest.
 */
export function payload<const T extends v.ObjectEntries>(entries: T) {
  const known = object(entries);
  const newer = v.pipe(
    v.looseObject({ must: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(16)) }),
    v.check(({ must }) => must.some((field) => !Object.hasOwn(known.entries, field)), "must"),
  );
  const schema: v.GenericSchema = v.union([known, newer]);
  return { known, schema };
}

/** A payload that was read, or why it was not: a newer app is needed, or it is no valid payload at all. */
export type Read<T> = { state: "ok"; value: T } | { state: "newer" } | { state: "malformed" };

/** Reads a decoded payload by the fields that this version knows. Never throws. */
export function readPayload<S extends v.GenericSchema>(
  known: S,
  value: unknown,
): Read<v.InferOutput<S>> {
  try {
    return { state: "ok", value: check(known, value) };
  } catch (error) {
    const newer = error instanceof ProtocolError && error.code === "unsupported_field";
    return { state: newer ? "newer" : "malformed" };
  }
}

/** True when a payload of a type that this version does not know asks to be understood. */
export function demandsMore(value: unknown): boolean {
  return readPayload(object({}), value).state === "newer";
}

/** Checks what a screen handed in. @throws EngineError `invalid`, with the `field` at fault. */
export function checkArguments<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw invalid(v.getDotPath(result.issues[0]) ?? "");
}

/** The error for an argument that makes no sense, with the name of its field. */
export function invalid(field: string): EngineError {
  return new EngineError("invalid", { data: { field } });
}

/** Ids as screens and tables have them: lower-case hexadecimal of so many bytes. */
export const hexId = (bytes: number) =>
  v.pipe(v.string(), v.length(2 * bytes), v.regex(/^[0-9a-f]*$/));

/** What this package's tests share: scale, seeded randomness, vectors, and values that fit a schema. Not exported. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { Bytes } from "./bytes.ts";
import { fromHex } from "./bytes.ts";

/** `sample` in an ordinary run, `full` when BARAZA_SOAK=1. */
export function scale(sample: number, full: number): number {
  return process.env["BARAZA_SOAK"] === "1" ? full : sample;
}

export type Random = (below: number) => number;

/** Random numbers in [0, below) that repeat with the seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A vector file. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8")) as T;
}

/** A value of a vector: `{"$bytes": hex}` stands for bytes. */
export function unhexed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unhexed);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  const { $bytes } = fields;
  if (typeof $bytes === "string") return fromHex($bytes);
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, unhexed(item)]));
}

export function randomBytes(random: Random, length: number): Bytes {
  return Uint8Array.from({ length }, () => random(256));
}

/** What of a Valibot schema is looked into here. */
type Parts = v.GenericSchema & {
  entries?: Record<string, Parts>;
  wrapped?: Parts;
  item?: Parts;
  options?: readonly unknown[];
  literal?: unknown;
  value?: Parts;
};

const TEXTS = [
  "alice",
  "7K3M9QXT",
  "a.localhost:8080",
  "chat.message",
  "AAAA",
  "x",
  "",
  "Habari ya leo",
  "https://push.localhost/to/7K3M9QXT",
];
const LENGTHS = [0, 1, 16, 32, 64, 65, 80, 100, 512, 1000, 1216];
const NUMBERS = [0, 1, 2, 17, 1000, 2 ** 31, 1_700_000_000_000];

/** A random value that fits the schema: optional parts sometimes there, lists short. */
export function valueFor(schema: v.GenericSchema, random: Random): unknown {
  const parts = schema as Parts;
  switch (parts.type) {
    case "optional":
      return random(2) === 0 ? undefined : valueFor(parts.wrapped ?? schema, random);
    case "nullable":
      return random(3) === 0 ? null : valueFor(parts.wrapped ?? schema, random);
    case "literal":
      return parts.literal;
    case "picklist":
      return pick(parts.options ?? [], random);
    case "variant":
      return valueFor(pick((parts.options ?? []) as Parts[], random), random);
    case "union":
      return valueFor(pick((parts.options ?? []) as Parts[], random), random);
    case "boolean":
      return random(2) === 0;
    case "loose_object":
      return fitting(schema, () =>
        Object.fromEntries(
          Object.entries(parts.entries ?? {})
            .filter(([name]) => name !== "must")
            .map(([name, inner]) => [name, valueFor(inner, random)]),
        ),
      );
    case "array":
      return fitting(schema, () =>
        Array.from({ length: random(4) }, () => valueFor(parts.item ?? schema, random)),
      );
    case "record":
      return fitting(schema, () =>
        Object.fromEntries(
          Array.from({ length: random(3) }, () => [
            pick(TEXTS, random),
            valueFor(parts.value ?? schema, random),
          ]),
        ),
      );
    case "custom":
      return fitting(schema, () => randomBytes(random, pick(LENGTHS, random)));
    case "string":
      return fitting(schema, () => pick(TEXTS, random));
    case "number":
      return fitting(schema, () => pick(NUMBERS, random));
    default:
      throw new Error(`no value for ${parts.type}`);
  }
}

function fitting(schema: v.GenericSchema, make: () => unknown): unknown {
  for (let i = 0; i < 2000; i++) {
    const value = make();
    if (v.is(schema, value)) return value;
  }
  throw new Error(`nothing fits ${schema.type}`);
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)] as T;
}

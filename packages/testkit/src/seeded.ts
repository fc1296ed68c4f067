/**
 * Random choices that can be made again. Not for keys: it is a small, fast generator (sfc32) with
 * the same numbers on every machine.
 */
import type { Bytes } from "@baraza/protocol";

/** A source of choices. Two with the same seed make the same ones. */
export interface Random {
  readonly seed: number;
  /** A number from 0 up to and without 1. */
  next(): number;
  /** A whole number from 0 up to and without `below`. */
  int(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the items. Throws a `RangeError` when there are none. */
  pick<T>(items: readonly T[]): T;
  /** The items in another order; the given list stays as it is. */
  shuffle<T>(items: readonly T[]): T[];
  bytes(length: number): Bytes;
}

/**
 * A source of choices from a seed, or from `BARAZA_SEED` where that is set.
 * @param seed a whole number; each test has its own, so that it does the same in every run.
 */
export function seeded(seed: number): Random;
/**
 * Runs a test's body with such a source. When it fails, the error says which seed does it again.
 */
export function seeded<T>(seed: number, run: (random: Random) => T): T;
export function seeded<T>(seed: number, run?: (random: Random) => T): T | Random {
  const random = randomFrom(wishedSeed() ?? seed);
  if (run === undefined) return random;
  let result: T;
  try {
    result = run(random);
  } catch (error) {
    throw named(error, random.seed);
  }
  if (!(result instanceof Promise)) return result;
  return result.catch((error: unknown) => {
    throw named(error, random.seed);
  }) as T;
}

/** A seed of the moment, for a run that is to find something new. */
export function freshSeed(): number {
  return wishedSeed() ?? Math.floor(Math.random() * 2 ** 32);
}

function wishedSeed(): number | undefined {
  const wish = "process" in globalThis ? globalThis.process.env["BARAZA_SEED"] : undefined;
  if (wish === undefined || wish === "") return undefined;
  const seed = Number(wish);
  if (!Number.isSafeInteger(seed)) throw new RangeError("BARAZA_SEED is a whole number");
  return seed;
}

/** The error with its seed in the message; its stack and class stay. */
function named(error: unknown, seed: number): unknown {
  const hint = `(seed ${seed}; again with BARAZA_SEED=${seed})`;
  if (!(error instanceof Error)) return new Error(`${String(error)} ${hint}`, { cause: error });
  if (!error.message.includes(hint)) error.message = `${error.message} ${hint}`;
  return error;
}

function randomFrom(seed: number): Random {
  const draw = sfc32(seed);
  const next = (): number => draw() / 2 ** 32;
  const int = (below: number): number => Math.floor(next() * below);
  return {
    seed,
    next,
    int,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("There is nothing to pick from");
      return items[int(items.length)] as T;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const rest = [...items];
      return items.map(() => rest.splice(int(rest.length), 1)[0] as T);
    },
    bytes: (length) => Uint8Array.from({ length }, () => draw() & 0xff),
  };
}

/** Chris Doty-Humphrey's "small fast counting" generator with 32-bit words. */
function sfc32(seed: number): () => number {
  let a = 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = seed | 0;
  let counter = 1;
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) draw();
  return draw;
}

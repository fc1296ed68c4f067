/** What the cases share. Plain functions, since they run where no test framework does. */
import type { SqlStore } from "../../ports.ts";
import { StoreError } from "../errors.ts";

/** Opens a store. The same name opens the same data. */
export type OpenStore = (name: string) => Promise<SqlStore>;

export type ConformanceCase = {
  name: string;
  /** Two openings at once; a platform whose files are exclusive cannot run it. */
  concurrent?: true;
  run: (open: OpenStore) => Promise<void>;
};

let unique = 0;

/** A name that no other case uses. */
export function fresh(): string {
  return `conformance-${++unique}`;
}

/** Gives a body a store of its own and closes it. */
export async function withStore(
  open: OpenStore,
  body: (store: SqlStore) => Promise<void>,
): Promise<void> {
  const store = await open(fresh());
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

/** The code of a StoreError; anything else as it is. */
export function codeOf(error: unknown): unknown {
  return error instanceof StoreError ? error.code : error;
}

/** Throws unless the promise is rejected with a StoreError of this code. */
export async function fails(code: string, promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(
    () => "it worked",
    (error: unknown) => codeOf(error),
  );
  equal(outcome, code);
}

/** Throws unless the call throws a StoreError of this code. */
export function throwsCode(code: string, fn: () => unknown): void {
  let outcome: unknown = "it worked";
  try {
    fn();
  } catch (error) {
    outcome = codeOf(error);
  }
  equal(outcome, code);
}

/** Waits for a condition. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 2000) throw new Error("the condition did not come true");
    await new Promise<void>((resolve) => void setTimeout(resolve, 1));
  }
}

/** Throws unless both show the same values, bytes and bigints included. */
export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [show(actual), show(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "bigint") return `bigint ${inner}`;
    if (inner instanceof Uint8Array) return `bytes ${[...inner].join(" ")}`;
    if (inner === undefined) return "undefined";
    return inner;
  });
}

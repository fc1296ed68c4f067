/**
 * What every store must do, as test bodies that run anywhere: under Vitest on Node, and inside a worker of a real
 * browser. A body throws when the store does not keep its promise.
 */
import type { ConformanceCase } from "./conformance/helpers.ts";
import { lifetime } from "./conformance/lifetime.ts";
import { transactions } from "./conformance/transactions.ts";
import { values } from "./conformance/values.ts";
import { watching } from "./conformance/watching.ts";

export type { ConformanceCase, OpenStore } from "./conformance/helpers.ts";
export { checkStream, writeStream } from "./conformance/kill.ts";

/** Each case opens stores of its own. */
export const conformance: readonly ConformanceCase[] = [
  ...values,
  ...transactions,
  ...watching,
  ...lifetime,
];

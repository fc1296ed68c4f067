import { expect, test } from "vitest";
import { restWhenQuiet } from "./rest.ts";

test("after work, once it is quiet, memory is given back; not again until there was more work", async () => {
  let rested = 0;
  let told: () => void = () => {};
  const stop = restWhenQuiet(() => {
    rested += 1;
    told();
  }, 200);
  const rest = () =>
    new Promise<void>((resolve) => {
      told = resolve;
    });
  const garbage = new WeakRef(new Uint8Array(1_000_000));
  await rest();
  expect(rested).toBe(1);
  // The collection follows in the same step.
  await new Promise((resolve) => setImmediate(resolve));
  expect(garbage.deref()).toBeUndefined();
  const second = rest();
  const until = performance.now() + 100;
  while (performance.now() < until);
  await second;
  expect(rested).toBe(2);
  stop();
});

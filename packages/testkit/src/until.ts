/** Waiting for a condition, bounded: the only way in which tests wait. */
import type { Engine, EngineLive } from "@baraza/engine";

/** Generous, since the machine may be busy: a test that gets here has failed. */
export const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 15;

/** What was waited for did not come. The message says what was there instead. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

/**
 * Waits until the condition gives something truthy, and gives it back.
 * @param what for the message of a failure
 * @throws NotYet after `ms`
 */
export async function until<T>(
  condition: () => Promise<T> | T,
  what = "the condition",
  ms: number = PATIENCE_MS,
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | null | undefined | 0 | "">;
    if (Date.now() > end) throw new NotYet(`${what} did not come about within ${ms} ms`);
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * Watches one of an engine's live queries until its value fits. @returns that value
 * @throws NotYet with the last value; what the query threw
 */
export function watchUntil<N extends keyof EngineLive>(
  engine: Pick<Engine, "watch">,
  name: N,
  args: EngineLive[N]["args"],
  fits: (value: EngineLive[N]["value"]) => boolean,
  ms: number = PATIENCE_MS,
): Promise<EngineLive[N]["value"]> {
  return new Promise((resolve, reject) => {
    let last: unknown;
    let over = false;
    const settle = (finish: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      // The first value may come before `watch` has returned.
      queueMicrotask(() => stop());
      finish();
    };
    const timer = setTimeout(() => {
      settle(() => reject(new NotYet(`${name}: nothing fitting, but ${JSON.stringify(last)}`)));
    }, ms);
    const stop = engine.watch(
      name,
      args,
      (value) => {
        last = value;
        try {
          if (fits(value)) settle(() => resolve(value));
        } catch (error) {
          settle(() => reject(asError(error)));
        }
      },
      (error) => settle(() => reject(asError(error))),
    );
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Lets time pass: for loops that look again, and for delays that a test asks for as a fault. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

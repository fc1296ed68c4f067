/** The local clock. */
import type { Clock } from "../../src/ports.ts";

/** Longest delay that setTimeout takes (2^31 - 1 ms); a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

export function nodeClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer(ms, fn) {
      let timer: NodeJS.Timeout;
      const wait = (left: number): void => {
        timer = setTimeout(
          () => (left > LONGEST ? wait(left - LONGEST) : fn()),
          Math.min(left, LONGEST),
        );
      };
      wait(ms);
      return () => clearTimeout(timer);
    },
  };
}

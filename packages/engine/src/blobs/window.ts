/**
 * How many chunks are under way at once: one more for each round that went well, half as many after a failure or when
 * answers take much longer than the quickest did (additive increase, multiplicative decrease, as in RFC 5681). So a fast line
 * is filled and a slow one is not flooded.
 */

export type Window = {
  /** Waits for a place. */
  enter(): Promise<void>;
  /** Gives it back. `ms`: how long the answer took; null: there was none. */
  leave(ms: number | null): void;
  /** How many may be under way now. */
  size(): number;
};

const MOST = 16;
const BEGIN = 2;
/** An answer later than so many times the quickest, and than this, says that the line is full. */
const LATE = 6;
const LATE_MS = 4000;

export function createWindow(most: number = MOST): Window {
  let size = Math.min(BEGIN, most);
  let under = 0;
  let quickest = Number.POSITIVE_INFINITY;
  let sinceCut = 0;
  const waiting: (() => void)[] = [];
  const admit = () => {
    while (under < Math.floor(size) && waiting.length > 0) {
      under += 1;
      waiting.shift()?.();
    }
  };
  return {
    enter: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        admit();
      }),
    leave(ms) {
      under -= 1;
      sinceCut += 1;
      if (ms !== null) quickest = Math.min(quickest, ms);
      const late = ms === null || (ms > LATE_MS && ms > LATE * quickest);
      if (!late) size = Math.min(most, size + 1 / Math.floor(size));
      else if (sinceCut >= size) {
        // Those that were under way together fail together: once for all of them.
        size = Math.max(1, size / 2);
        sinceCut = 0;
      }
      admit();
    },
    size: () => Math.floor(size),
  };
}

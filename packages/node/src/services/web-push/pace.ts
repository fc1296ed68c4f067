/**
 * When a device is woken: at once for the first thing that is new, and while it does not come to fetch it, once a minute at most, then
 * ever more rarely. A push says no more than the one before it: who did not come for one is not helped by ten.
 */

/** All in milliseconds. */
export type PaceTimes = {
  /** From one push to the next while nothing was fetched; it doubles each time, up to `restMaxMs`. */
  restMs: number;
  restMaxMs: number;
  /** Before something is tried again that failed; it doubles as well, up to `retryMaxMs`. */
  retryMs: number;
  retryMaxMs: number;
};

export const PACE_TIMES: PaceTimes = {
  restMs: 60_000,
  restMaxMs: 15 * 60_000,
  retryMs: 30_000,
  retryMaxMs: 60 * 60_000,
};

/** How often one push is tried. After that, the next thing that is new is the next try. */
const TRIES = 8;

export type Pace = {
  /** There is something new: `wake` is called now or later. */
  news: () => void;
  /** The push is with the push service. */
  sent: () => void;
  /** It is not. `wait`: how long the push service wants to be left alone. */
  failed: (wait: number | null) => void;
  /** True while nothing is under way and the next news would go at once. */
  quiet: () => boolean;
  /** Nothing happens any more. */
  stop: () => void;
};

/** The pace of one device. `wake` is followed by `sent` or `failed`, before it is called again. */
export function createPace(wake: () => void, times: PaceTimes): Pace {
  let stopped = false;
  let waiting = false;
  let sending = false;
  let rest = 0;
  let tries = 0;
  let timer: NodeJS.Timeout | undefined;

  const begin = () => {
    waiting = false;
    sending = true;
    wake();
  };
  const after = (ms: number) => {
    if (stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting) begin();
    }, ms);
    timer.unref();
  };
  return {
    news: () => {
      if (stopped) return;
      if (sending || timer !== undefined) waiting = true;
      else begin();
    },
    sent: () => {
      sending = false;
      tries = 0;
      rest = Math.min(times.restMaxMs, rest === 0 ? times.restMs : rest * 2);
      after(rest);
    },
    failed: (wait) => {
      sending = false;
      tries += 1;
      const longer = Math.min(times.retryMaxMs, times.retryMs * 2 ** (tries - 1));
      waiting ||= tries < TRIES;
      if (tries >= TRIES) tries = 0;
      // By a random part, so that not all come back at once.
      after(Math.min(Math.max(longer * (0.5 + Math.random() / 2), wait ?? 0), LONGEST_WAIT));
    },
    quiet: () => !sending && timer === undefined,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Whatever a push service asks for: what is further away is as good as never. */
const LONGEST_WAIT = 24 * 60 * 60_000;

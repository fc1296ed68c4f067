/** The one thing of time that the page needs. */
export const clock = {
  setTimer: (ms: number, fn: () => void): (() => void) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

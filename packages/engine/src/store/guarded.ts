/**
 * Calls a listener. Its mistake must not turn a committed transaction into a failed one, nor keep the next listener
 * from being called; it still surfaces, as an unhandled rejection.
 */
export function guarded(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    void Promise.reject(error instanceof Error ? error : new Error("a listener threw"));
  }
}

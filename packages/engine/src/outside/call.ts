/** Calls without an account, and going on after the line was lost. */
import type { RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import { ProtocolError, remedyOf } from "@baraza/protocol";
import { createOwnNode } from "../net/own-node.ts";
import type { Clock, Transport } from "../ports.ts";
import { backoff } from "../util.ts";

export type OutsideCall = <N extends RouteName>(
  name: N,
  request: RequestOf<N>,
  signal?: AbortSignal,
) => Promise<ResponseOf<N>>;

/** How long work goes on by itself: until `signal` fires. `onLine` is told when it waits for the line, and when that is back. */
export type Pace = {
  clock: Pick<Clock, "setTimer">;
  signal?: AbortSignal | undefined;
  onLine?: ((there: boolean) => void) | undefined;
};

/** Calls routes of the node that served the page. */
export function outsideCall(transport: Transport): OutsideCall {
  const node = createOwnNode(
    transport,
    () => null,
    () => undefined,
  );
  return (name, request, signal) => node.call(name, request, signal ? { signal } : {});
}

/** Does it until it is done, with longer and longer waits. @throws what is not a matter of waiting; the signal's reason */
export async function untilDone<T>(work: () => Promise<T>, pace: Pace): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    pace.signal?.throwIfAborted();
    try {
      const value = await work();
      if (attempt > 0) pace.onLine?.(true);
      return value;
    } catch (error) {
      pace.signal?.throwIfAborted();
      if (!(error instanceof ProtocolError) || !passes(error)) throw error;
      pace.onLine?.(false);
      const seconds = error.data["seconds"];
      await rest(typeof seconds === "number" ? seconds * 1000 : backoff(attempt), pace);
    }
  }
}

/** Half of a chunk is no chunk: it is asked for, or sent, once more. */
function passes(error: ProtocolError): boolean {
  return remedyOf(error.code) === "retry" && error.code !== "box_full";
}

function rest(ms: number, { clock, signal }: Pace): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.setTimer(ms, done);
    signal?.addEventListener("abort", done);
  });
}

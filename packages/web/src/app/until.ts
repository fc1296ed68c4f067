/** Waiting for what changes. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Live } from "./engine.ts";

/** The first answer of something that changes. */
export function first<T>(live: Live<T>): Promise<T> {
  return new Promise((resolve) => {
    const end = live((value) => {
      resolve(value);
      queueMicrotask(() => end());
    });
  });
}

/** Resolves when it holds. @throws AbortError when it was stopped before */
export function until<T>(
  value: ReadonlySignal<T>,
  holds: (value: T) => boolean,
  stopping: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      end();
      reject(new DOMException("stopped", "AbortError"));
    };
    const end = effect(() => {
      if (!holds(value.value)) return;
      resolve();
      queueMicrotask(() => {
        end();
        stopping.removeEventListener("abort", stop);
      });
    });
    stopping.addEventListener("abort", stop);
  });
}

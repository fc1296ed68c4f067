/** Hands a test's questions to the store's worker. */
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const waiting = new Map<
  number,
  { resolve: (value: unknown) => void; reject: (error: Error) => void }
>();
let next = 0;

type Answer = { id?: number; value?: unknown; error?: string; ack?: number };

worker.onmessage = ({ data }: MessageEvent<Answer>) => {
  if (data.ack !== undefined) {
    const { acknowledge } = globalThis as { acknowledge?: (n: number) => unknown };
    void acknowledge?.(data.ack);
    return;
  }
  const asked = waiting.get(data.id ?? -1);
  waiting.delete(data.id ?? -1);
  if (data.error === undefined) asked?.resolve(data.value);
  else asked?.reject(new Error(data.error));
};

function ask(op: string, args: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const id = ++next;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, op, args });
  });
}

Object.assign(globalThis, { ask });

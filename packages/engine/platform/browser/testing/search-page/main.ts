/** Hands a benchmark's questions to the search's worker, and measures how long an answer takes to be here. */
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const waiting = new Map<
  number,
  { resolve: (value: unknown) => void; reject: (error: Error) => void }
>();
let next = 0;

worker.onmessage = ({ data }: MessageEvent<{ id: number; value?: unknown; error?: string }>) => {
  const asked = waiting.get(data.id);
  waiting.delete(data.id);
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

async function timed(op: string, args: unknown): Promise<{ ms: number; value: unknown }> {
  const start = performance.now();
  const value = await ask(op, args);
  return { ms: performance.now() - start, value };
}

Object.assign(globalThis, { ask, timed });

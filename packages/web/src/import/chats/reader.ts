/** Reading exports from a tab: in a worker of their own, which is ended when it takes too long. */
import type { WorkerLike } from "../../decode/decoder.ts";
import type { Answers, FromWorker, Job, ToWorker } from "./messages.ts";
import { ChatsError } from "./model.ts";

/** How long one job may take, ms: an export of some hundred megabytes on a slow phone takes minutes. */
const MOST_MS = 10 * 60_000;

export interface Reader {
  /** @throws ChatsError `failed`: it took too long, or there was not enough memory */
  run<J extends Job>(job: J): Promise<Answers[J["do"]]>;
  close(): void;
}

export function createReader(start: () => WorkerLike = startWorker, mostMs = MOST_MS): Reader {
  const worker = start();
  const waiting = new Map<number, PromiseWithResolvers<Answers[keyof Answers]>>();
  let ids = 0;
  let ended = false;
  const end = (): void => {
    ended = true;
    worker.terminate();
    for (const one of waiting.values()) one.reject(new ChatsError("failed", ""));
    waiting.clear();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    if (data.baraza !== "chats") return;
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("answer" in data) one?.resolve(data.answer);
    else one?.reject(new ChatsError(data.why, ""));
  });
  worker.addEventListener("error", end);
  worker.addEventListener("messageerror", end);
  return {
    run: async <J extends Job>(job: J) => {
      if (ended) throw new ChatsError("failed", "");
      const id = ++ids;
      const one = Promise.withResolvers<Answers[keyof Answers]>();
      waiting.set(id, one);
      const timer = setTimeout(end, mostMs);
      const message: ToWorker = { baraza: "chats", id, job };
      worker.postMessage(message);
      try {
        return (await one.promise) as Answers[J["do"]];
      } finally {
        clearTimeout(timer);
      }
    },
    close: end,
  };
}

function startWorker(): Worker {
  return new Worker(new URL("./chats-worker.ts", import.meta.url), { type: "module" });
}

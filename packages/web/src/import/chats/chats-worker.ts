/// <reference lib="webworker" />
/** Reads exports apart from the tab and from the engine: what goes wrong in it, or takes too long, ends with this worker. */
import type { FromWorker, ToWorker } from "./messages.ts";
import { whyOf } from "./open.ts";
import { carryOut, type Reading } from "./work.ts";

declare const self: DedicatedWorkerGlobalScope;

const reading: Reading = { read: null };

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.baraza !== "chats") return;
  const { id, job } = data;
  const say = (message: FromWorker): void => self.postMessage(message);
  carryOut(reading, job).then(
    (answer) => say({ baraza: "chats", id, answer }),
    (error: unknown) => say({ baraza: "chats", id, why: whyOf(error) }),
  );
});

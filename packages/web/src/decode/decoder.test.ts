import { expect, test } from "vitest";
import type { Described } from "./api.ts";
import { createDecoder, type WorkerLike } from "./decoder.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { png } from "./samples.testing.ts";
import { rangedBytes } from "./source.ts";

const described: Described = { kind: "text", type: "text/plain", meta: {}, text: "words" };

/** A worker that does as it is told by a test. */
function worker(act: (message: ToWorker, say: (message: FromWorker | Event) => void) => void) {
  const state = { started: 0, ended: 0 };
  const start = (): WorkerLike => {
    state.started++;
    const target = new EventTarget();
    const say = (message: FromWorker | Event): void =>
      queueMicrotask(() => {
        target.dispatchEvent(
          message instanceof Event ? message : new MessageEvent("message", { data: message }),
        );
      });
    return {
      postMessage: (message: ToWorker) => act(message, say),
      terminate: () => state.ended++,
      addEventListener: target.addEventListener.bind(target) as WorkerLike["addEventListener"],
    };
  };
  return { start, state };
}

const short = { describeMs: 30, drawMs: 30 };

test("a file that never ends costs its worker, and the next one is read", async () => {
  let first = true;
  const { start, state } = worker((message, say) => {
    if (!("id" in message) || first) {
      first = false;
      return;
    }
    say({ baraza: "decode", id: message.id, answer: described });
  });
  const decoder = createDecoder(start, short);
  const hung = decoder.describe(rangedBytes(png()), "a.png");
  const next = decoder.describe(new Blob(["words"]), "b.txt");
  expect(await hung).toEqual({ kind: "picture", type: "image/png", meta: {}, trouble: "tooSlow" });
  expect(await next).toEqual(described);
  expect(state).toEqual({ started: 2, ended: 1 });
  decoder.close();
});

test("a worker that dies costs the preview of one file", async () => {
  const { start, state } = worker((_, say) => say(new Event("error")));
  const decoder = createDecoder(start);
  expect((await decoder.describe(new Blob(["x"]), "x")).trouble).toBe("crashed");
  await expect(decoder.read(new Blob(["x"]), "x")).rejects.toMatchObject({ trouble: "crashed" });
  expect(state).toEqual({ started: 2, ended: 2 });
});

test("pieces that the worker asks for are read for it; waiting for them is not its time", async () => {
  const pieces: (string | null)[] = [];
  const { start } = worker((message, say) => {
    if ("id" in message) {
      say({ baraza: "decode", piece: 1, start: 2, end: 5 });
      return;
    }
    pieces.push(message.bytes === null ? null : new TextDecoder().decode(message.bytes));
    if (message.piece < 3) say({ baraza: "decode", piece: message.piece + 1, start: 0, end: 1 });
    else say({ baraza: "decode", id: 1, answer: described });
  });
  let reads = 0;
  const slow = {
    size: 10,
    read: async (from: number, to: number) => {
      if (++reads === 3) throw new Error("the line broke");
      await new Promise((resolve) => setTimeout(resolve, 50));
      return new TextEncoder().encode("0123456789".slice(from, to));
    },
  };
  const decoder = createDecoder(start, short);
  expect(await decoder.describe(slow, "a")).toEqual(described);
  expect(pieces).toEqual(["234", "0", null]);
  decoder.close();
});

test("a PDF has a worker of its own, which ends with it", async () => {
  const { start, state } = worker((message, say) => {
    if ("id" in message) say({ baraza: "decode", id: message.id, answer: { pages: 3 } });
  });
  const decoder = createDecoder(start);
  const pdf = await decoder.pdf(new Blob(["%PDF-"]));
  expect(pdf.pages).toBe(3);
  pdf.close();
  expect(state).toEqual({ started: 1, ended: 1 });
  await expect(pdf.page(1, 100)).rejects.toMatchObject({ trouble: "crashed" });
});

test("messages of others on the same line are left alone", async () => {
  const { start } = worker((message, say) => {
    say({ sourceName: "worker", action: "ready" } as unknown as FromWorker);
    if ("id" in message) say({ baraza: "decode", id: message.id, answer: described });
  });
  const decoder = createDecoder(start);
  expect(await decoder.describe(new Blob(["x"]), "x")).toEqual(described);
  decoder.close();
});

/** A device of its own process, for bench/files.ts: an engine that is told what to do by messages, so that its memory is its own. */
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { request } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Engine } from "@baraza/engine";
import { createEngine } from "@baraza/engine";
import { nodePlatform } from "@baraza/engine/node";
import { freeBytes } from "@baraza/protocol";

export type Order =
  | { do: "start"; origin: string; directory: string; name: string }
  | { do: "upload"; path: string; name: string }
  | { do: "download"; fileId: string; path: string }
  | { do: "small"; count: number; bytes: number }
  | { do: "range"; fileId: string; size: number; count: number }
  | { do: "put"; path: string; url: string; stored: string }
  | { do: "get"; path: string; url: string }
  | { do: "end" };
export type Answer = { ms: number; fileId?: string; samples?: number[]; error?: string };

const READ = 4 * 1024 * 1024;
const TYPE = { type: "application/octet-stream" };
let engine: Engine | undefined;
let spaceId = "";

function running(): Engine {
  if (engine === undefined) throw new Error("the device was not started");
  return engine;
}

type Content = Parameters<Engine["commands"]["files.add"]>[0]["content"];
const opened: FileHandle[] = [];

/** A file as a screen hands it over. `openAsBlob` of Node 26 takes the size modulo 2^32: the film would be empty. */
async function contentOf(path: string): Promise<Content> {
  const file = await open(path, "r");
  opened.push(file);
  const { size } = await file.stat();
  return {
    size,
    slice: (start, end) => ({
      async arrayBuffer() {
        const bytes = new ArrayBuffer(end - start);
        const { bytesRead } = await file.read(new Uint8Array(bytes), 0, end - start, start);
        return bytesRead === end - start ? bytes : bytes.slice(0, bytesRead);
      },
    }),
  };
}

async function closeContents(): Promise<void> {
  for (const file of opened.splice(0)) await file.close();
}

/** Waits until nothing is on its way, and no event waits. */
function sent(): Promise<void> {
  return new Promise((resolve, reject) => {
    let uploads = false;
    let waiting = false;
    const stops: (() => void)[] = [];
    const look = () => {
      if (!uploads || !waiting) return;
      queueMicrotask(() => stops.forEach((stop) => stop()));
      resolve();
    };
    const one = running();
    stops.push(
      one.watch("files.uploads", {}, (list) => {
        const failed = list.find((upload) => upload.state === "failed");
        if (failed !== undefined) reject(new Error(`an upload failed: ${failed.failure}`));
        uploads = list.every((upload) => upload.done === upload.total && upload.total > 0);
        look();
      }),
      one.watch("status", {}, (status) => {
        waiting = status.waiting === 0;
        look();
      }),
    );
  });
}

async function work(order: Order): Promise<Omit<Answer, "ms">> {
  switch (order.do) {
    case "start": {
      engine = await createEngine(
        nodePlatform({ origin: order.origin, directory: order.directory }),
        { report: (error) => console.error(error) },
      );
      await engine.commands["account.signUp"]({
        name: order.name,
        displayName: order.name,
        passphrase: `a quiet passphrase of ${order.name}`,
      });
      ({ spaceId } = await engine.commands["space.create"]({ title: "Films" }));
      return {};
    }
    case "upload": {
      const { fileId } = await running().commands["files.add"]({
        spaceId,
        parentId: null,
        name: order.name,
        content: await contentOf(order.path),
        prepared: TYPE,
      });
      await sent();
      await closeContents();
      return { fileId };
    }
    case "download": {
      const file = await open(order.path, "w");
      try {
        for (let start = 0; ;) {
          const part = await running().commands["files.read"]({
            spaceId,
            fileId: order.fileId,
            start,
            length: READ,
          });
          if (part.length === 0) break;
          await file.write(part, 0, part.length, start);
          start += part.length;
          freeBytes(part);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      return {};
    }
    case "small": {
      const { fileId } = await running().commands["files.newFolder"]({
        spaceId,
        parentId: null,
        name: `small ${order.count}`,
      });
      const content = new Uint8Array(order.bytes);
      let next = 0;
      const lane = async () => {
        for (;;) {
          const number = next++;
          if (number >= order.count) return;
          const bytes = content.slice();
          new DataView(bytes.buffer).setUint32(0, number);
          await running().commands["files.add"]({
            spaceId,
            parentId: fileId,
            name: `note ${number}.txt`,
            content: new Blob([bytes]),
            prepared: { type: "text/plain" },
          });
        }
      };
      // As screens do that hand over a folder: some at a time.
      await Promise.all(Array.from({ length: 16 }, lane));
      await sent();
      return {};
    }
    case "range": {
      const samples: number[] = [];
      for (let index = 0; index < order.count; index++) {
        const start = Math.floor(((index + 0.5) / order.count) * order.size);
        const before = performance.now();
        await running().commands["files.read"]({
          spaceId,
          fileId: order.fileId,
          start,
          length: 64 * 1024,
        });
        samples.push(performance.now() - before);
      }
      return { samples };
    }
    case "put": {
      await new Promise<void>((resolve, reject) => {
        const sending = request(order.url, { method: "PUT" }, (response) => {
          response.resume();
          response.once("end", () =>
            (response.statusCode ?? 500) < 300
              ? resolve()
              : reject(new Error(`nginx answered ${response.statusCode}`)),
          );
        });
        sending.once("error", reject);
        open(order.path)
          .then(async (file) => {
            sending.setHeader("content-length", (await file.stat()).size);
            await file.close();
            await pipeline(createReadStream(order.path, { highWaterMark: 1 << 20 }), sending);
          })
          .catch(reject);
      });
      const file = await open(order.stored, "r");
      await file.datasync();
      await file.close();
      return {};
    }
    case "get": {
      await new Promise<void>((resolve, reject) => {
        request(order.url, (response) => {
          pipeline(response, createWriteStream(order.path)).then(resolve, reject);
        })
          .once("error", reject)
          .end();
      });
      const file = await open(order.path, "r+");
      await file.sync();
      await file.close();
      return {};
    }
    case "end": {
      await engine?.close();
      return {};
    }
  }
}

process.on("message", (order: Order) => {
  const start = performance.now();
  work(order).then(
    (answer) => process.send?.({ ...answer, ms: performance.now() - start }),
    (error: unknown) => process.send?.({ ms: 0, error: String(error) }),
  );
});

// Whoever gives the orders has gone, or is done.
process.on("disconnect", () => process.exit(0));

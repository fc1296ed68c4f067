/** The engine's platform on Node: for tests, the gateway and scripts. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Notify, Platform } from "../../src/ports.ts";
import { nodeClock } from "./clock.ts";
import { memoryFiles, nodeFiles } from "./files.ts";
import { nodeLocks } from "./locks.ts";
import { fileSecrets, memorySecrets } from "./secrets.ts";
import { openNodeStore } from "./store.ts";
import { nodeTransport } from "./transport.ts";
import type { NodeTransport } from "./transport.ts";

export {
  fileSecrets,
  memoryFiles,
  nodeFiles,
  memorySecrets,
  nodeClock,
  nodeLocks,
  nodeTransport,
  openNodeStore,
};
export type { NodeTransport };

export type NodePlatformOptions = {
  /** The node's origin, such as `http://a.localhost:8080`. */
  origin: string;
  /** Where stores and secrets lie. Without one they are in memory, and a store is gone when it is closed. */
  directory?: string;
  /** Told what a person would be shown. Nothing is shown without it. */
  notify?: Notify;
};

export type NodePlatform = Platform & { readonly transport: NodeTransport };

const silent: Notify = { show: () => undefined, clear: () => undefined };

export function nodePlatform({
  origin,
  directory,
  notify = silent,
}: NodePlatformOptions): NodePlatform {
  const pathOf = (name: string): string =>
    directory === undefined ? ":memory:" : join(directory, `${encodeURIComponent(name)}.db`);
  const secrets =
    directory === undefined ? memorySecrets() : fileSecrets(join(directory, "secrets"));
  const secretOf = (name: string): string => `store/${name}`;
  return {
    async openStore(name) {
      // Nothing is sealed with it here; it is what a lock closes.
      if ((await secrets.load(secretOf(name))) === undefined)
        await secrets.save(secretOf(name), crypto.getRandomValues(new Uint8Array(32)));
      return openNodeStore(pathOf(name));
    },
    async removeStore(name) {
      await secrets.remove(secretOf(name));
      if (directory === undefined) return;
      for (const end of ["", "-wal", "-shm"]) await rm(pathOf(name) + end, { force: true });
    },
    transport: nodeTransport(origin),
    clock: nodeClock(),
    locks: nodeLocks(),
    secrets,
    lockOf: (name) => secrets.lockOf(secretOf(name)),
    notify,
    files: directory === undefined ? memoryFiles() : nodeFiles(join(directory, "files")),
  };
}

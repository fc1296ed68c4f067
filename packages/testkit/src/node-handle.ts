/** A real node of a test network: in this process or as a child that can be killed; always behind its proxy. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunningNode } from "@baraza/node";
import { configOf, createNode } from "@baraza/node";
import type { Proxy, Tap } from "./proxy.ts";
import { startProxy } from "./proxy.ts";

export type TestNode = {
  /** `a.localhost:PORT`; the port is the proxy's. */
  readonly name: string;
  /** Its origin. */
  readonly url: string;
  readonly dataDir: string;
  /** Faults of the line to it, for everybody. */
  readonly line: Pick<Proxy, "cut" | "delay" | "drop" | "mend">;
  /** The node itself when it runs in this process. @throws Error when it does not run, or runs as a child */
  running(): RunningNode;
  /** Ends it at once: SIGKILL for a child; in this process all connections are torn first. */
  kill(): Promise<void>;
  /** Starts it again on the same data and under the same name; with other settings, where it is told. */
  restart(config?: NodeConfig): Promise<void>;
  /** A copy of the data directory, as a backup taken now (the node is stopped for the moment of copying). */
  backup(): Promise<string>;
  /** Puts a copy in the place of the data directory; the node is restarted on it. */
  restore(copy: string): Promise<void>;
  close(): Promise<void>;
};

/** What an administrator sets by flags. */
export type NodeConfig = {
  /** Disk for sealed files, in MiB; one space may take half of it. */
  blobQuotaMb?: number;
};

export type NodeSettings = {
  /** The host part of its name. */
  host: string;
  /** As a child process. */
  asProcess?: boolean;
  /** The port in its name; a free one unless told. */
  port?: number;
  appDir?: string;
  /** Further settings; what a test changes in them counts from the next start on. */
  config?: NodeConfig;
  /** Told of everything on the wire to and from it. */
  tap?: Tap;
  /** Its clock, ms since 1970; not as a child process. */
  now?: () => number;
};

type Stop = () => Promise<void>;

/** Starts a node with open registration on a new data directory. */
export async function startTestNode(settings: NodeSettings): Promise<TestNode> {
  const dataDir = await mkdtemp(join(tmpdir(), "baraza-node-"));
  const proxy = await startProxy(settings.port ?? 0, settings.tap);
  const name = `${settings.host}:${proxy.port}`;
  let running: RunningNode | null = null;
  let stop: Stop | null = null;
  let config = settings.config ?? {};

  const start = async () => {
    if (stop !== null) return;
    const given = {
      name,
      host: "127.0.0.1",
      port: 0,
      dataDir,
      registration: "open" as const,
      logLevel: "error" as const,
      ...config,
      ...(settings.appDir === undefined
        ? { appDir: join(dataDir, "no-app") }
        : { appDir: settings.appDir }),
    };
    if (settings.asProcess === true) {
      const child = await startChild(given);
      proxy.target(child.port);
      stop = child.kill;
    } else {
      const node = await createNode(configOf(given), {
        ...(settings.now === undefined ? {} : { now: settings.now }),
        pushRetry: { retryMs: 100, retryMaxMs: 2000 },
        webPush: { restMs: 500, restMaxMs: 4000, retryMs: 100, retryMaxMs: 1000, timeoutMs: 1500 },
      });
      running = node;
      proxy.target(node.port);
      stop = async () => {
        running = null;
        await node.close();
      };
    }
  };
  const kill = async () => {
    const end = stop;
    stop = null;
    proxy.target(0);
    proxy.tear();
    await end?.();
  };
  await start();
  return {
    name,
    url: `http://${name}`,
    dataDir,
    line: proxy,
    running: () => {
      if (running === null) throw new Error("the node does not run in this process now");
      return running;
    },
    kill,
    restart: async (next = settings.config ?? {}) => {
      await kill();
      config = next;
      await start();
    },
    backup: async () => {
      const was = stop !== null;
      await kill();
      const copy = await mkdtemp(join(tmpdir(), "baraza-backup-"));
      await cp(dataDir, copy, { recursive: true });
      if (was) await start();
      return copy;
    },
    restore: async (copy) => {
      await kill();
      await rm(dataDir, { recursive: true, force: true });
      await cp(copy, dataDir, { recursive: true });
      await start();
    },
    close: async () => {
      await kill();
      await proxy.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const MAIN = fileURLToPath(new URL("../../node/src/main.ts", import.meta.url));

/** Starts the node's program with flags, and waits for the line that says where it listens. */
async function startChild(given: Record<string, string | number>): Promise<{
  port: number;
  kill: Stop;
}> {
  const flags = Object.entries(given).flatMap(([key, value]) => [
    `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    String(value),
  ]);
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await portOf(child);
  return {
    port,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const found = /, port ([0-9]+):/.exec(text);
      if (found !== null) resolve(Number(found[1]));
    });
    child.once("exit", (code) => reject(new Error(`the node ended with ${code ?? "a signal"}`)));
  });
}

/** A real node as a child process, with nothing between it and those who measure it. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { end, freePort, tie } from "./process.ts";

export type NodeProcess = {
  /** `host:port` */
  name: string;
  url: string;
  pid: number;
  close(): Promise<void>;
};

const MAIN = fileURLToPath(new URL("../../packages/node/src/main.ts", import.meta.url));

/**
 * Starts a node with open registration on a new data directory. With `BENCH_PROFILE` set to a directory, the node
 * leaves a CPU profile there when it ends. `more`: further settings, by their flags.
 */
export async function startNode(
  host: string,
  more: Readonly<Record<string, string>> = {},
): Promise<NodeProcess> {
  const port = await freePort();
  const name = `${host}:${port}`;
  const dataDir = await mkdtemp(join(tmpdir(), "baraza-bench-node-"));
  const settings = {
    name,
    host: "127.0.0.1",
    port: String(port),
    "data-dir": dataDir,
    "app-dir": join(dataDir, "no-app"),
    registration: "open",
    "log-level": "error",
    ...more,
  };
  const profile = process.env["BENCH_PROFILE"];
  const child = spawn(
    process.execPath,
    [
      ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]),
      MAIN,
      ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  tie(child);
  await new Promise<void>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("listens on")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the node ended with ${code ?? "a signal"}`)));
  });
  return {
    name,
    url: `http://${name}`,
    pid: child.pid ?? 0,
    close: async () => {
      await end(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

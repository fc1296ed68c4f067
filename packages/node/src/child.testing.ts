/** For tests and benchmarks: a node as a process of its own that can be killed, and tokens for its logs. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { blindToken, evaluateTokens, finalizeToken, tokenKeyPair } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { loadSecrets } from "./secrets.ts";

export type ChildNode = {
  name: string;
  port: number;
  process: ChildProcess;
  /** Ends it with a signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
};

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

/** Starts `main.ts` on a free port. `name` is what genesis records name as their hub. */
export async function startChildNode(
  dataDir: string,
  options: {
    name?: string;
    args?: string[];
    env?: Record<string, string>;
  } = {},
): Promise<ChildNode> {
  const name = options.name ?? "localhost:8080";
  const child = spawn(
    process.execPath,
    [
      MAIN,
      "--data-dir",
      dataDir,
      "--port",
      "0",
      "--name",
      name,
      "--log-level",
      "error",
      ...(options.args ?? []),
    ],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...options.env } },
  );
  const gone = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.on("line", (line) => {
      const found = /, port (\d+):/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    gone.then(() => reject(new Error("the node ended before it listened")), reject);
  });
  return {
    name,
    port,
    process: child,
    end: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}

/** A token that the node with this data directory takes for opening a log: made with its own secret. */
export async function tokenFor(dataDir: string): Promise<{ input: Bytes; output: Bytes }> {
  const keys = tokenKeyPair((await loadSecrets(dataDir)).tokenSeed);
  const pending = blindToken();
  return finalizeToken(pending, evaluateTokens(keys, [pending.blinded]), keys.publicKey);
}

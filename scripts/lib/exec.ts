/** Runs the tools in `node_modules/.bin`. */
import { spawn } from "node:child_process";
import { root } from "./files.ts";

export interface Outcome {
  readonly ok: boolean;
  /** What it wrote to both of its outputs, in order of arrival. */
  readonly output: string;
}

/** Runs a command at the root and collects what it says. Rejects only if it cannot be started. */
export function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString("utf8").trim() });
    });
  });
}

/**
 * Runs a command in front of the person at the terminal and resolves with its exit code (1 when a
 * signal ended it, and when it was still running after `limitMinutes`).
 */
export function runInFront(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
  limitMinutes?: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const limit =
      limitMinutes === undefined
        ? undefined
        : setTimeout(() => {
            console.error(`Still running after ${limitMinutes} minutes, so it was ended.`);
            child.kill("SIGKILL");
          }, limitMinutes * 60_000);
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    const wait = (): void => {};
    process.on("SIGTERM", forward).on("SIGHUP", forward).on("SIGINT", wait);
    const settle = (): void => {
      clearTimeout(limit);
      process.off("SIGTERM", forward).off("SIGHUP", forward).off("SIGINT", wait);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", (code) => {
      settle();
      resolve(code ?? 1);
    });
  });
}

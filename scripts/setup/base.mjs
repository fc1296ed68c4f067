/** What the set-up steps share. Runs on Node 20 with nothing installed. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root directory. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A reason to stop that the person at the terminal can act on; shown without a stack. */
export class Refusal extends Error {}

/**
 * Runs a command with its output in `.cache/NAME.log`.
 * @returns whether it succeeded, the log's path and its last lines.
 */
export async function runLogged(name, command, args, env = process.env) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const log = join(root, ".cache", `${name}.log`);
  const output = openSync(log, "w");
  const ok = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", output, output] });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
  closeSync(output);
  const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
  return { ok, log, tail };
}

/** Says what is being done, does it, and says how long it took. */
export async function step(what, work) {
  const started = Date.now();
  process.stderr.write(`${what} … `);
  try {
    const result = await work();
    process.stderr.write(`${Math.max(1, Math.round((Date.now() - started) / 1000))} s\n`);
    return result;
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
}

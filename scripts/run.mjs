/**
 * Every command of the project starts here, and it needs nothing but Node 20: it installs the
 * dependencies, finds the Node that the project is written for (which comes with them), and does
 * the work with that one. See `tasks.ts` for the commands themselves.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { root, Refusal } from "./setup/base.mjs";
import { installDependencies } from "./setup/dependencies.mjs";
import { installSystemPackages, packagesNamedBy, packagesOfTests } from "./setup/debian.mjs";
import { findRuntime } from "./setup/runtime.mjs";

const commands = {
  start: "run a node and serve the app",
  demo: "two nodes with people and messages, to click through",
  test: "every check and every test",
  check: "the checks alone, without the tests",
  soak: "the long tests in full",
  bench: "one benchmark: npm run bench -- NAME",
  keylog: "check a node's key log from outside: npm run keylog -- audit https://NODE",
  build: "build the web app",
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}

async function main([command = "", ...args]) {
  if (!Object.hasOwn(commands, command)) {
    const lines = Object.entries(commands).map(([name, what]) => `  ${name.padEnd(6)} ${what}`);
    throw new Refusal(`node scripts/run.mjs COMMAND, where COMMAND is one of\n${lines.join("\n")}`);
  }
  if (Number(process.versions.node.split(".")[0]) < 20) {
    throw new Refusal(
      `This is Node ${process.versions.node}. Setting up needs Node 20 or newer (everything else ` +
        `comes with it). Install that and run the command again.`,
    );
  }
  await installDependencies();
  const node = findRuntime();
  await installSystemPackages(systemPackages(command, args[0]));
  return run(node, [join(root, "scripts/tasks.ts"), command, ...args]);
}

/** The Debian packages that a command needs. */
function systemPackages(command, name) {
  if (command === "test" || command === "soak") return packagesOfTests();
  if (command !== "bench" || name === undefined) return [];
  const file = join(root, "bench", `${basename(name)}.ts`);
  return existsSync(file) ? packagesNamedBy(file) : [];
}

/** Runs the work with the project's Node first in PATH; resolves with its exit code. */
function run(node, args) {
  const path = [dirname(node), join(root, "node_modules/.bin"), process.env["PATH"] ?? ""];
  const child = spawn(node, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  // The terminal sends an interrupt to the whole group; this process only waits for the other.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal === null ? code : 1));
  });
}

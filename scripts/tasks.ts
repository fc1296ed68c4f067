/** The project's commands, run by the Node that the project is written for (see `run.mjs`). */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildWeb } from "./build.ts";
import { runChecks } from "./check.ts";
import { runInFront } from "./lib/exec.ts";
import { exists, root } from "./lib/files.ts";
import { addUp, printTotal } from "./lib/report.ts";
import { runSoak, runTests } from "./tests.ts";

const tasks: Record<string, (args: readonly string[]) => Promise<number>> = {
  start: async (args) => (await prepareApp()) || program("packages/node/src/main.ts", args),
  demo: async (args) => (await prepareApp()) || program("packages/testkit/src/demo.ts", args),
  build: prepareApp,
  bench: ([name, ...args]) => bench(name, args),
  keylog: (args) => program("packages/node/src/keylog.ts", args),
  soak: runSoak,
  check: async () => printTotal(await runChecks()),
  test: async (args) => printTotal(addUp([await runChecks(), await runTests(args)])),
};

const [name = "", ...args] = process.argv.slice(2);
const task = tasks[name];
if (task === undefined) throw new Error(`There is no command "${name}".`);
process.exitCode = await task(args);

/** Builds the app if its sources changed; 0 when it is there. */
async function prepareApp(): Promise<number> {
  const built = await buildWeb();
  if (built.ok) console.error(built.fresh ? "The app is built." : "The app is up to date.");
  else console.error(`The app could not be built:\n\n${built.output}\n`);
  return built.ok ? 0 : 1;
}

async function bench(wanted: string | undefined, rest: readonly string[]): Promise<number> {
  const names = readdirSync(join(root, "bench"))
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
    .map((file) => file.slice(0, -3));
  if (wanted !== undefined && names.includes(wanted)) return program(`bench/${wanted}.ts`, rest);
  if (wanted !== undefined) console.error(`There is no benchmark "${wanted}".`);
  console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(", ") || "(none yet)"}`);
  return wanted === undefined ? 0 : 1;
}

function program(path: string, rest: readonly string[]): Promise<number> {
  if (!exists(path)) throw new Error(`${path} is missing from this checkout.`);
  return runInFront(process.execPath, [join(root, path), ...rest]);
}

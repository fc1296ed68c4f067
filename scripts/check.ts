/** The checks that need no test to run: each counts as one. */
import { performance } from "node:perf_hooks";
import { checkArrows } from "./arrows.ts";
import { buildWeb } from "./build.ts";
import { checkCatalogues } from "./catalogues.ts";
import { checkDependencies } from "./dependencies.ts";
import { run } from "./lib/exec.ts";
import { exists, pathsBelow } from "./lib/files.ts";
import { printCheck, type Total } from "./lib/report.ts";
import { checkLogicalCss, checkPlaces } from "./rules.ts";
import { checkSettings } from "./settings.ts";
import { checkSizes, describeSizes, measure } from "./sizes.ts";

interface Check {
  readonly name: string;
  /** Finds what is wrong; nothing when all is well. */
  readonly faults: () => string[] | Promise<string[]>;
  /** Something to know when all is well. */
  readonly note?: () => string;
}

const checks: readonly Check[] = [
  { name: "format (oxfmt)", faults: () => tool("oxfmt", ["--check", "."]) },
  { name: "lint (oxlint)", faults: () => tool("oxlint", ["--type-aware"]) },
  { name: "types (tsc)", faults: checkTypes },
  { name: "arrows between packages", faults: checkArrows },
  { name: "logical styles", faults: checkLogicalCss },
  { name: "no addresses or paths of elsewhere", faults: checkPlaces },
  { name: "dependencies", faults: checkDependencies },
  { name: "catalogues", faults: checkCatalogues },
  { name: "settings in docs/running-a-node.md", faults: checkSettings },
  { name: "web build", faults: checkBuild },
  { name: "size budgets", faults: checkSizes, note: noteSizes },
];

/** Runs all checks, in order, each to its end. */
export async function runChecks(): Promise<Total> {
  let failed = 0;
  for (const { name, faults, note } of checks) {
    const started = performance.now();
    const found = await settle(faults);
    const notes = found.length === 0 ? (note?.() ?? "") : "";
    printCheck(notes === "" ? name : `${name}: ${notes}`, found, performance.now() - started);
    if (found.length > 0) failed++;
  }
  return { passed: checks.length - failed, failed };
}

/** A check that cannot even run has failed. */
async function settle(faults: Check["faults"]): Promise<string[]> {
  try {
    return await faults();
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

async function tool(command: string, args: readonly string[]): Promise<string[]> {
  const { ok, output } = await run(command, args);
  return ok ? [] : [output || `${command} failed without a word`];
}

/** The type check of every package, as many at once as the machine has hands for. */
async function checkTypes(): Promise<string[]> {
  const projects = pathsBelow().filter((path) => /(?:^|\/)tsconfig\.json$/.test(path));
  const faults: string[] = [];
  const queue = [...projects];
  const worker = async (): Promise<void> => {
    for (let project = queue.shift(); project !== undefined; project = queue.shift()) {
      const { ok, output } = await run("tsc", ["-p", project, "--pretty", "false"]);
      // A package that has no file yet has nothing to check.
      if (!ok && !output.includes("error TS18003"))
        faults.push(output || `tsc -p ${project} failed`);
    }
  };
  await Promise.all([worker(), worker()]);
  return faults;
}

async function checkBuild(): Promise<string[]> {
  if (!exists("packages/web/vite.config.ts")) return [];
  const { ok, output } = await buildWeb();
  return ok ? [] : [output];
}

function noteSizes(): string {
  return exists("packages/web/vite.config.ts") ? describeSizes(measure()) : "";
}

/**
 * Brings `node_modules` to what `package-lock.json` says. What is there is read from the list that
 * npm keeps inside it, so nothing happens when it is right, whoever installed it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root, Refusal, runLogged, step } from "./base.mjs";

export async function installDependencies() {
  if (isInstalled()) return;
  await alone(async () => {
    if (isInstalled()) return;
    await step("Installing the dependencies", install);
  });
}

async function install() {
  // Whatever this machine's npm is told to leave out, the project needs both kinds; and none of
  // its dependencies needs a script of its own to be run.
  const args = ["ci", "--include=dev", "--include=optional", "--ignore-scripts", "--no-progress"];
  const [npm, ...before] = findNpm();
  let result = await runLogged("npm-ci", npm, [...before, ...args]);
  if (!result.ok) result = await runLogged("npm-ci", npm, [...before, ...args]);
  if (!result.ok) {
    throw new Refusal(
      `The dependencies could not be installed: "npm ci" failed twice. Its last lines:\n\n` +
        `${result.tail}\n\nAll of it is in ${result.log}. If it could not reach the package ` +
        `registry, check the connection and run the command again.`,
    );
  }
  if (!isInstalled()) {
    throw new Refusal(
      `"npm ci" ended well, but node_modules is not what package-lock.json says. Delete ` +
        `node_modules and run the command again; the log is ${result.log}.`,
    );
  }
}

/** Whether everything that the lock file names is there in that version. */
export function isInstalled() {
  let wanted, present;
  try {
    wanted = readPackages("package-lock.json");
    present = readPackages("node_modules/.package-lock.json");
  } catch {
    return false;
  }
  const runtime = `node_modules/node-${process.platform}-${process.arch}`;
  if (runtime in wanted && !existsSync(join(root, runtime))) return false;
  return differences(wanted, present).length === 0;
}

/**
 * The places of which `present` holds not what `wanted` says. What is optional is mostly for other
 * platforms and may be absent, except the Node for this one: without it, optional packages were
 * left out when somebody installed.
 */
export function differences(wanted, present, platform = `${process.platform}-${process.arch}`) {
  return Object.keys(wanted).filter((place) => {
    if (!place.includes("node_modules/")) return false;
    const [there, here] = [wanted[place], present[place]];
    if (here === undefined) return !there.optional || place === `node_modules/node-${platform}`;
    return here.version !== there.version || here.integrity !== there.integrity;
  });
}

function readPackages(file) {
  return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
}

/** The npm that started this, else the one in PATH. */
function findNpm() {
  const script = process.env["npm_execpath"];
  return script !== undefined && basename(script) === "npm-cli.js"
    ? [process.execPath, script]
    : ["npm"];
}

/** Runs `work` while no other command in this checkout installs. */
async function alone(work) {
  const lock = join(root, ".cache/install.lock");
  mkdirSync(join(root, ".cache"), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!holderLives(lock)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) process.stderr.write("Waiting for another command that installs …\n");
    await wait(500);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function holderLives(lock) {
  try {
    process.kill(Number(readFileSync(lock, "utf8")) || process.pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

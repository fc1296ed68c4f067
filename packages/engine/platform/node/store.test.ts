import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkStream, conformance } from "../../src/store/conformance.ts";
import { openNodeStore } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "baraza-store-"));
afterAll(() => rmSync(directory, { recursive: true }));

for (const { name, run } of conformance) {
  test(name, () => run((store) => openNodeStore(join(directory, `${store}.db`))));
}

test("every acknowledged transaction is there after the process is killed", async () => {
  const path = join(directory, "killed.db");
  const script = join(import.meta.dirname, "testing/stream.ts");
  const acknowledged: number[] = [];
  for (let round = 1; round <= 3; round++) {
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > 400 * round) child.kill("SIGKILL");
    });
    await once(child, "close");
    acknowledged.push(...text.split("\n").slice(0, -1).map(Number));
    const store = await openNodeStore(path);
    expect(await checkStream(store, acknowledged)).toBeGreaterThanOrEqual(acknowledged.length);
    await store.close();
  }
  expect(acknowledged.length).toBeGreaterThan(100);
}, 60_000);

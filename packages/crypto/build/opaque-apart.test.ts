import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { takeOut } from "./opaque-apart.ts";

const library = readFileSync(
  fileURLToPath(new URL("../esm/index.js", import.meta.resolve("@serenity-kit/opaque"))),
  "utf8",
);

test("the library's WebAssembly comes out whole, and its script is small without it", () => {
  const { script, wasm } = takeOut(library);
  // "\0asm", and all of what stood there.
  expect([...wasm.subarray(0, 4)]).toEqual([0, 97, 115, 109]);
  expect(library).toContain(`'${Buffer.from(wasm).toString("base64")}'`);
  expect(script.length).toBeLessThan(30_000);
  expect(script).toContain("wasmData()");
  expect(script).not.toContain("function wasmData");
});

test("a library whose text has changed stops the build", () => {
  expect(() => takeOut(library.replace("function wasmData", "function otherData"))).toThrow(
    "has changed",
  );
});

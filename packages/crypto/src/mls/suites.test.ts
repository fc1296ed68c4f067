import { expect, test } from "vitest";
import { utf8 } from "@baraza/protocol";
import { suiteNameOf, suiteOf } from "./suites.ts";

test("the hash without a promise is the suite's hash", async () => {
  for (const name of ["x25519", "xwing"] as const) {
    const suite = await suiteOf(name);
    expect(suite.hash(utf8("x"))).toEqual(new Uint8Array(await suite.cs.hash.digest(utf8("x"))));
    expect(suiteNameOf(suite.mlsName)).toBe(name);
  }
  expect(() => suiteNameOf("MLS_256_MLKEM768_AES256GCM_SHA384_Ed25519")).toThrow("wrong_suite");
});

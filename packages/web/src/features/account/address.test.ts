import { expect, test } from "vitest";
import { parseAddress, suggestName } from "./address.ts";

test("a name becomes an address where its script allows", () => {
  expect(suggestName("Amina Wanjikũ")).toBe("amina.wanjiku");
  expect(suggestName("José María Ñáñez")).toBe("jose.maria");
  expect(suggestName("Søren")).toBe("soren");
  expect(suggestName("أمينة")).toBe("");
  expect(suggestName("অমিত")).toBe("");
  expect(suggestName("A")).toBe("");
});

test("an address is taken apart, a bare name belongs to this node", () => {
  expect(parseAddress(" Bruno@B.example ", "a.example")).toEqual({
    name: "bruno",
    node: "b.example",
  });
  expect(parseAddress("bruno", "a.example")).toEqual({ name: "bruno", node: "a.example" });
  expect(parseAddress("bruno@b.localhost:8443", "a.example")).toEqual({
    name: "bruno",
    node: "b.localhost:8443",
  });
});

test("what is no address is refused", () => {
  for (const typed of [
    "",
    "@",
    "a@b@c",
    "bruno@",
    "bruno@-/x",
    "br uno@b.example",
    ".x@b.example",
  ]) {
    expect(parseAddress(typed, "a.example"), typed).toBeUndefined();
  }
});

import { expect, test } from "vitest";
import { restFor, wayOf } from "./routes.ts";

const list = {
  version: "1",
  first: ["/assets/index-abc.js", "/icon.svg"],
  later: ["/assets/ar-def.js"],
  rest: ["/assets/devices-ghi.js"],
  asked: ["/assets/engine-pdf-pqr.js"],
};
const own = "https://a.example";
const way = (path: string, more: Partial<Parameters<typeof wayOf>[0]> = {}): string =>
  wayOf({ method: "GET", origin: own, path, navigates: false, ...more }, own, list);

test("built files come from the cache, languages too once they were asked for", () => {
  expect(way("/assets/index-abc.js")).toBe("asset");
  expect(way("/assets/ar-def.js")).toBe("asset");
  expect(way("/assets/devices-ghi.js")).toBe("asset");
});

test("what decodes files is kept once it was asked for, and not fetched ahead", () => {
  expect(way("/assets/engine-pdf-pqr.js")).toBe("asset");
  expect(way("/pdf-6.5.438/cmaps/78-H.bcmap")).toBe("asset");
  expect(way("/pdf-6.5.438/../api/x")).toBe("pass");
  expect(restFor(["/assets/engine-pdf-pqr.js"], list)).not.toContain("/assets/engine-pdf-pqr.js");
});

test("the node's interface never touches the cache, not even when navigated to", () => {
  for (const path of ["/api", "/api/accounts", "/.well-known/baraza", "/metrics"]) {
    expect(way(path), path).toBe("pass");
    expect(way(path, { navigates: true }), path).toBe("pass");
  }
});

test("every page of the app is the one document", () => {
  expect(way("/s/abc/people", { navigates: true })).toBe("page");
  expect(way("/", { navigates: true })).toBe("page");
});

test("writes, other origins and unknown files pass by", () => {
  expect(way("/icon.svg", { method: "POST" })).toBe("pass");
  expect(way("/icon.svg", { origin: "https://b.example" })).toBe("pass");
  expect(way("/assets/index-old.js")).toBe("pass");
  expect(way("/apiary")).toBe("pass");
});

test("what is kept at a later visit is all of the app, with every sentence of the languages that are read", () => {
  const more = {
    ...list,
    later: ["/assets/ar-def.js", "/assets/ar-leading-abc.js", "/assets/en-xyz.js"],
    rest: ["/assets/devices-ghi.js", "/assets/ar-moving-jkl.js", "/assets/en-moving-mno.js"],
  };
  expect(restFor(["/assets/ar-def.js"], more)).toEqual([
    "/assets/ar-def.js",
    "/assets/ar-leading-abc.js",
    "/assets/devices-ghi.js",
    "/assets/ar-moving-jkl.js",
  ]);
});

import { expect, test } from "vitest";
import type { Precache } from "./routes.ts";
import { restFor, wayOf } from "./routes.ts";

const list: Precache = {
  version: "1",
  first: ["/assets/index-abcd1234.js", "/icon.svg"],
  later: ["/assets/ar-defg5678.js"],
  rest: "/assets/rest-0123abcd.json",
  asked: ["/assets/engine-pdf-pqrs_-34.js"],
};
const own = "https://a.example";
const way = (path: string, more: Partial<Parameters<typeof wayOf>[0]> = {}): string =>
  wayOf({ method: "GET", origin: own, path, navigates: false, ...more }, own, list);

test("built files come from the cache, languages too once they were asked for", () => {
  expect(way("/assets/index-abcd1234.js")).toBe("asset");
  expect(way("/assets/ar-defg5678.js")).toBe("asset");
  expect(way("/assets/devices-ghij9012.js")).toBe("asset");
});

test("what decodes files is kept once it was asked for, and not fetched ahead", () => {
  expect(way("/assets/engine-pdf-pqrs_-34.js")).toBe("asset");
  expect(way("/pdf-6.5.438/cmaps/78-H.bcmap")).toBe("asset");
  expect(way("/pdf-6.5.438/../api/x")).toBe("pass");
  expect(restFor(["/assets/engine-pdf-pqrs_-34.js"], list, [])).toEqual([]);
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
  const later = [
    "/assets/ar-defg5678.js",
    "/assets/ar-leading-abcd1234.js",
    "/assets/en-xyzw1234.js",
  ];
  const rest = [
    "/assets/devices-ghij9012.js",
    "/assets/ar-moving-jklm3456.js",
    "/assets/en-moving-mnop7890.js",
  ];
  expect(restFor(["/assets/ar-defg5678.js"], { later }, rest)).toEqual([
    "/assets/ar-defg5678.js",
    "/assets/ar-leading-abcd1234.js",
    "/assets/devices-ghij9012.js",
    "/assets/ar-moving-jklm3456.js",
  ]);
});

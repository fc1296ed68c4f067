import { expect, test } from "vitest";
import { hrefOf, parentOf, parseRoute, type Route } from "./routes.ts";

test("every route survives the way to its address and back", () => {
  const routes: Route[] = [
    { at: "home" },
    { at: "join", secret: "abc.DEF-1" },
    { at: "join", secret: "" },
    { at: "setup", secret: "k" },
    { at: "signIn" },
    { at: "signUp", secret: "" },
    { at: "signUp", secret: "inv" },
    { at: "space", spaceId: "Zm9v_-" },
    { at: "space", spaceId: "a/b c" },
    { at: "people", spaceId: "x" },
    { at: "settings" },
    { at: "person", identityId: "0123456789abcdef".repeat(4) },
    { at: "meet" },
    { at: "help", secret: "a.localhost:80.AAE_-" },
    { at: "recover" },
    { at: "safety", part: "overview" },
    { at: "safety", part: "people" },
    { at: "safety", part: "sheet" },
    { at: "safety", part: "practise" },
  ];
  for (const route of routes) {
    const url = new URL(hrefOf(route), "https://node.example");
    expect(parseRoute(url.pathname, url.hash)).toEqual(route);
  }
});

test("addresses that mean nothing are lost, not guessed", () => {
  for (const path of [
    "/nowhere",
    "/s",
    "/s/a/b",
    "/s/a/people/c",
    "/join/x",
    "/settings/y",
    "/p",
    "/p/short",
    "/safety/y",
    "/safety/people/y",
    "/recover/y",
    "/s/%E0%A4%A",
  ]) {
    expect(parseRoute(path), path).toEqual({ at: "lost" });
  }
});

test("a trailing slash changes nothing", () => {
  expect(parseRoute("/settings/")).toEqual({ at: "settings" });
});

test("back leads from people to their conversation and from there to the list", () => {
  expect(parentOf({ at: "people", spaceId: "x" })).toEqual({ at: "space", spaceId: "x" });
  expect(parentOf({ at: "space", spaceId: "x" })).toEqual({ at: "home" });
});

import { expect, test } from "vitest";
import { hrefOf, languageOf, parentOf, parseRoute, type Route } from "./routes.ts";

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
    { at: "about", spaceId: "x" },
    { at: "access", spaceId: "x" },
    { at: "bring" },
    { at: "brought", spaceId: "a/b c", chat: "0123456789abcdef".repeat(3) },
    {
      at: "brought",
      spaceId: "x",
      chat: "0123456789abcdef".repeat(3),
      message: "0123456789abcdef",
    },
    { at: "new" },
    { at: "bookmarks" },
    { at: "lists" },
    { at: "list", listId: "0123456789abcdef".repeat(2) },
    { at: "week", letterId: null },
    { at: "week", letterId: "2026-11-23" },
    { at: "requests" },
    { at: "write" },
    { at: "blocked" },
    { at: "thread", spaceId: "a/b c", root: "0123456789abcdef".repeat(2) },
    { at: "files", spaceId: null, folderId: null },
    { at: "files", spaceId: null, folderId: "0123456789abcdef".repeat(2) },
    { at: "files", spaceId: "x", folderId: null },
    { at: "files", spaceId: "a/b c", folderId: "0123456789abcdef".repeat(2) },
    { at: "file", spaceId: null, fileId: "0123456789abcdef".repeat(2) },
    { at: "file", spaceId: "x", fileId: "0123456789abcdef".repeat(2) },
    { at: "bin", spaceId: null },
    { at: "bin", spaceId: "x" },
    { at: "shared", spaceId: null, boxId: null },
    { at: "shared", spaceId: "a/b c", boxId: null },
    { at: "shared", spaceId: null, boxId: "0123456789abcdef".repeat(2) },
    { at: "shared", spaceId: "x", boxId: "0123456789abcdef".repeat(2) },
    { at: "settings" },
    { at: "person", identityId: "0123456789abcdef".repeat(4) },
    { at: "meet" },
    { at: "help", secret: "a.localhost:80.AAE_-" },
    { at: "recover" },
    { at: "safety", part: "overview" },
    { at: "safety", part: "people" },
    { at: "safety", part: "sheet" },
    { at: "safety", part: "practise" },
    { at: "node", part: "overview" },
    { at: "node", part: "invitations" },
    { at: "node", part: "list" },
    { at: "node", part: "acts" },
    { at: "node", part: "leave" },
    { at: "node", part: "accounts" },
    { at: "node", part: "accounts", name: "amina.o" },
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
    "/s/a/brought",
    "/s/a/brought/12",
    `/s/a/brought/${"0".repeat(48)}/1`,
    `/s/a/brought/${"0".repeat(48)}/${"0".repeat(16)}/x`,
    "/s/a/people/c",
    "/s/a/files/short",
    "/s/a/file",
    "/s/a/files/bin/c",
    "/s/a/files/shared/short",
    "/files/shared/0123/x",
    "/files/short",
    "/file",
    "/join/x",
    "/settings/y",
    "/lists/short",
    `/lists/${"0".repeat(32)}/x`,
    "/week/monday",
    "/week/2026-11-23/x",
    "/p",
    "/p/short",
    "/safety/y",
    "/safety/people/y",
    "/recover/y",
    "/s/%E0%A4%A",
    "/node/else",
    "/node/acts/x",
  ]) {
    expect(parseRoute(path), path).toEqual({ at: "lost" });
  }
});

test("an invitation may name a language behind its secret", () => {
  expect(parseRoute("/signup", "#CODE&lang=fr")).toEqual({ at: "signUp", secret: "CODE" });
  expect(languageOf("#CODE&lang=pt-BR")).toBe("pt-BR");
  expect(languageOf("#CODE")).toBeUndefined();
  expect(languageOf("#CODE&lang=<x>")).toBeUndefined();
});

test("a trailing slash changes nothing", () => {
  expect(parseRoute("/settings/")).toEqual({ at: "settings" });
});

test("back leads from people to their conversation and from there to the list", () => {
  expect(parentOf({ at: "people", spaceId: "x" })).toEqual({ at: "space", spaceId: "x" });
  expect(parentOf({ at: "space", spaceId: "x" })).toEqual({ at: "home" });
  expect(parentOf({ at: "node", part: "accounts", name: "x" })).toEqual({
    at: "node",
    part: "accounts",
  });
  expect(parentOf({ at: "node", part: "acts" })).toEqual({ at: "settings" });
});

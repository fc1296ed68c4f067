import { beforeAll, expect, test } from "vitest";
import type { PersonRow, Role } from "../../app/model.ts";
import { loadWords, switchCatalogue } from "../../i18n/index.ts";
import { meant, suggestPeople } from "./mentions.ts";

beforeAll(async () => {
  await switchCatalogue("en", ["en-GB"]);
  await loadWords("talk");
});

const person = (identityId: string, name: string, role: Role, you = false): PersonRow => ({
  identityId,
  name,
  address: `${identityId}@hill.example`,
  role,
  check: "unchecked",
  you,
});
const people = [
  person("a", "Amina Otieno", "steward", true),
  person("b", "Bruno Díaz", "moderator"),
  person("c", "Chen Wu", "moderator"),
  person("d", "Dana Stew", "member"),
];
const ids = (query: string, options?: Parameters<typeof suggestPeople>[2]) =>
  suggestPeople(query, people, options).map(({ id }) => id);

test("people are suggested by the beginnings of their names, without accents, and oneself never", () => {
  expect(ids("diaz")).toEqual(["b"]);
  expect(ids("AM")).toEqual([]);
  expect(ids("")).toEqual(["b", "c", "d"]);
});

test("in a group a role is suggested that somebody else has, and stands for all of them", () => {
  const group = { group: true, everyone: true };
  expect(ids("mod", group)).toEqual(["role:moderator"]);
  expect(suggestPeople("mod", people, group)[0]).toMatchObject({ name: "Moderator" });
  // The only steward is oneself.
  expect(ids("stew", group)).toEqual(["d"]);
  expect(ids("guest", group)).toEqual([]);
  expect(meant(["role:moderator", "d", "c"], people)).toEqual(["b", "c", "d"]);
  expect(meant(["role:guest", "role:"], people)).toEqual([]);
});

test("a role of a thousand names as many people as a message may", () => {
  const many = Array.from({ length: 1000 }, (_, n) => person(`g${n}`, `Guest ${n}`, "guest"));
  expect(meant(["role:guest"], many)).toHaveLength(100);
});

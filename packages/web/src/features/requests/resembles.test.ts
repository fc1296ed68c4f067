import { expect, test } from "vitest";
import { resembles } from "./resembles.ts";

const amina = { identityId: "a", name: "Amina Otieno" };
const known = [amina, { identityId: "b", name: "Bruno Díaz" }];
const stranger = (name: string) => ({ identityId: "x", name });

test("a stranger of the same name is told from whom one knows, and so is one who only looks the same", () => {
  expect(resembles(stranger("amina otieno"), known)).toBe("Amina Otieno");
  expect(resembles(stranger("Amina\u200b Otieno"), known)).toBe("Amina Otieno");
  // All of it Cyrillic, which looks like Latin letters.
  expect(resembles(stranger("Вruno Díaz"), known)).toBeNull();
  expect(resembles(stranger("\u0420\u0410\u0421"), [{ identityId: "p", name: "PAC" }])).toBe("PAC");
});

test("nobody resembles themselves, and other names are other people", () => {
  expect(resembles(amina, known)).toBeNull();
  expect(resembles(stranger("Carla Souza"), known)).toBeNull();
});

import { expect, test } from "vitest";
import { directionOf, isLanguage, pickLanguage, regionalTag } from "./languages.ts";

test("the first wished language that is complete wins, English otherwise", () => {
  expect(pickLanguage(["lg-UG", "fr-CD", "en"])).toBe("fr");
  expect(pickLanguage(["AR-eg"])).toBe("ar");
  expect(pickLanguage(["lg"])).toBe("en");
  expect(pickLanguage([])).toBe("en");
});

test("numbers and dates follow the reader's own region", () => {
  expect(regionalTag("ar", ["en-GB", "ar-MA"])).toBe("ar-MA");
  expect(regionalTag("es", ["en-GB"])).toBe("es");
});

test("direction follows the language's script", () => {
  expect(["ar", "fa-IR", "ckb", "ps"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "rtl"]);
  expect(["en", "fr", "ku", "am"].map(directionOf)).toEqual(["ltr", "ltr", "ltr", "ltr"]);
});

test("only complete languages are languages", () => {
  expect(isLanguage("es")).toBe(true);
  expect(isLanguage("lg")).toBe(false);
  expect(isLanguage(undefined)).toBe(false);
});

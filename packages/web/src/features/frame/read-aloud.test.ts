import { expect, test } from "vitest";
import { voiceFor } from "./read-aloud.ts";

const voice = (lang: string, localService = true, isDefault = false) => ({
  lang,
  localService,
  default: isDefault,
});

test("a voice that would send the text away never reads", () => {
  expect(voiceFor([voice("en-US", false, true)], "Hello", "en")).toBeUndefined();
  expect(voiceFor([voice("en-US", false, true), voice("en-GB")], "Hello", "en")?.lang).toBe(
    "en-GB",
  );
});

test("the script tells the language, else the reader's counts, else the device's usual voice", () => {
  const voices = [voice("en-US", true, true), voice("fr_FR"), voice("ar-EG"), voice("es-ES")];
  expect(voiceFor(voices, "Bonjour", "fr")?.lang).toBe("fr_FR");
  expect(voiceFor(voices, "مرحبًا", "fr")?.lang).toBe("ar-EG");
  expect(voiceFor(voices, "Hallo", "de")?.lang).toBe("en-US");
  // A voice of another script would only spell.
  expect(voiceFor(voices, "สวัสดี", "en")).toBeUndefined();
  expect(voiceFor([], "Hello", "en")).toBeUndefined();
});

import { expect, test } from "vitest";
import { compileMessage } from "../src/i18n/icu.ts";
import { formatText } from "../src/i18n/format.ts";
import { stretched } from "./longer-words-plugin.ts";

const longer = (message: string): unknown => stretched(compileMessage(message));

test("words grow by two fifths, and nothing else does", () => {
  expect(longer("Settings, 12 of them")).toBe("SettingsSett, 12 ofo themth");
  expect(longer("الإعدادات")).toBe("الإعداداتالإع");
});

test("arguments and choices keep their names, so that a message still says what it did", () => {
  const message = "{count, plural, one {# file of {name}} other {# files of {name}}}";
  const said = formatText(
    stretched(compileMessage(message)),
    { count: 3, name: "Amina" },
    "en",
    String,
  );
  expect(said).toBe("3 filesfi ofo Amina");
});

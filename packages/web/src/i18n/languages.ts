/**
 * The languages that are complete. To add one: catalogues beside the others, a file in areas/, a row here, and the
 * tests say what is missing.
 */
export const languages = [
  { code: "en", name: "English" },
  { code: "fr", name: "Français" },
  { code: "es", name: "Español" },
  { code: "ar", name: "العربية" },
  { code: "pt", name: "Português" },
  { code: "de", name: "Deutsch" },
  { code: "nl", name: "Nederlands" },
  { code: "sw", name: "Kiswahili" },
  { code: "id", name: "Bahasa Indonesia" },
  { code: "hi", name: "हिन्दी" },
  { code: "bn", name: "বাংলা" },
  { code: "th", name: "ไทย" },
] as const;

export type Language = (typeof languages)[number]["code"];

const rightToLeft = new Set([
  "ar",
  "arc",
  "ckb",
  "dv",
  "fa",
  "he",
  "ks",
  "ps",
  "sd",
  "ug",
  "ur",
  "yi",
]);

/** The writing direction of a language's usual script. */
export function directionOf(language: string): "ltr" | "rtl" {
  return rightToLeft.has(language.split("-", 1)[0]!.toLowerCase()) ? "rtl" : "ltr";
}

/** Whether `value` names a complete language. */
export function isLanguage(value: unknown): value is Language {
  return languages.some(({ code }) => code === value);
}

/** The first of the reader's wished languages (BCP 47, best first) that is complete; else English. */
export function pickLanguage(wished: readonly string[]): Language {
  for (const tag of wished) {
    const base = tag.split("-", 1)[0]!.toLowerCase();
    if (isLanguage(base)) return base;
  }
  return "en";
}

/**
 * The tag for dates and numbers: the reader's own regional form of the chosen language if they have
 * one (`ar-EG` and `ar-MA` write different digits), else the plain language.
 */
export function regionalTag(language: string, wished: readonly string[]): string {
  return wished.find((tag) => tag.split("-", 1)[0]!.toLowerCase() === language) ?? language;
}

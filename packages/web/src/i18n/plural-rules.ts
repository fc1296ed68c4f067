/**
 * Plural categories by language. `Intl.PluralRules` knows most; browsers leave some out, among them
 * languages that people here write in, and then silently answer with their default language's rules.
 */
export type Category = "zero" | "one" | "two" | "few" | "many" | "other";

const oneIsOne = (n: number): Category => (n === 1 ? "one" : "other");

/**
 * Cardinal rules that Chromium does not ship. From CLDR where it has them (ti, ps, ckb, ku);
 * Kinyarwanda, Haitian Creole and Quechua are not in CLDR's plural data and follow what their
 * translators use elsewhere (gettext's `n != 1`).
 */
const shipped: Record<string, (n: number) => Category> = {
  ti: (n) => (n === 0 || n === 1 ? "one" : "other"),
  ps: oneIsOne,
  ckb: oneIsOne,
  ku: oneIsOne,
  rw: oneIsOne,
  ht: oneIsOne,
  qu: oneIsOne,
};

const cache = new Map<string, Intl.PluralRules>();

/** The plural category of `n` (any finite number) in `language` (BCP 47; region and script ignored for the shipped ones). */
export function pluralCategory(language: string, n: number, ordinal = false): Category {
  const own = shipped[baseOf(language)];
  if (own) return ordinal ? "other" : own(Math.abs(n));
  const key = `${language}${ordinal ? ":o" : ""}`;
  let rules = cache.get(key);
  if (!rules) {
    rules = new Intl.PluralRules(language, { type: ordinal ? "ordinal" : "cardinal" });
    cache.set(key, rules);
  }
  return rules.select(n);
}

/** All cardinal categories that messages in `language` must provide. */
export function pluralCategories(language: string): Category[] {
  if (shipped[baseOf(language)]) return ["one", "other"];
  return new Intl.PluralRules(language).resolvedOptions().pluralCategories;
}

function baseOf(language: string): string {
  return language.split("-", 1)[0]!.toLowerCase();
}

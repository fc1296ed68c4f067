import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cataloguesOf, typesFor } from "../../scripts/i18n-types.ts";
import { argumentsOf, type Compiled, compileMessage, type Piece } from "./icu.ts";
import { languages } from "./languages.ts";
import { pluralCategories } from "./plural-rules.ts";

type Catalogue = Record<string, string>;
const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
const catalogueOf = (code: string): Catalogue =>
  Object.fromEntries([...cataloguesOf(code).values()].flatMap((one) => Object.entries(one)));
const english = catalogueOf("en");

/** Every choice in a message by plural, with its branches' names. */
function plurals(compiled: Compiled): string[][] {
  if (typeof compiled === "string") return [];
  return compiled.flatMap((piece: Piece) => {
    if (typeof piece === "string" || piece === 0 || piece.length === 1) return [];
    const inner = Object.values(piece[2]).flatMap(plurals);
    return piece[1] === "p" ? [Object.keys(piece[2]), ...inner] : inner;
  });
}

test.each(languages)("$name has every sentence with the same arguments", ({ code }) => {
  const catalogue = catalogueOf(code);
  expect(Object.keys(catalogue).toSorted()).toEqual(Object.keys(english).toSorted());
  for (const [area, sentences] of cataloguesOf("en"))
    expect(Object.keys(cataloguesOf(code).get(area) ?? {}).length, area).toBe(
      Object.keys(sentences).length,
    );
  for (const [key, message] of Object.entries(catalogue)) {
    expect(argumentsOf(compileMessage(message)), key).toEqual(
      argumentsOf(compileMessage(english[key]!)),
    );
    expect(message.trim(), key).not.toBe("");
  }
});

test.each(languages)("$name provides all of its plural forms and no others", ({ code }) => {
  const wanted = pluralCategories(code).toSorted();
  for (const [key, message] of Object.entries(catalogueOf(code))) {
    for (const branches of plurals(compileMessage(message))) {
      const categories = branches.filter((name) => !name.startsWith("="));
      // An exact zero may stand in for nothing but itself.
      expect(categories.toSorted(), key).toEqual(wanted);
    }
  }
});

test("no key is written twice", () => {
  for (const { code } of languages) {
    const files = [...cataloguesOf(code).keys()].map((area) => (area ? `${code}-${area}` : code));
    const keys = files.flatMap((file) =>
      [...read(`catalogues/${file}.json`).matchAll(/^\s*"([^"]+)":/gm)].map((match) => match[1]),
    );
    expect(keys.length, code).toBe(new Set(keys).size);
  }
});

test("the types of the arguments are up to date", () => {
  // As the formatter may lay it out: a long union begins with a bar.
  const plain = (text: string): string => text.replace(/[\s;,"]+/g, " ").replace("= |", "=");
  expect(plain(read("messages.gen.ts"))).toBe(plain(typesFor(cataloguesOf("en"))));
});

test("sentences for people do not speak of the machinery", () => {
  const forbidden: Record<string, RegExp> = {
    en: /\b(keys?|epochs?|logs?|MLS|encrypt\w*|certificates?|cach\w*|spaces as)\b/i,
    fr: /\b(clés?|époques?|journal|journaux|MLS|chiffré\w*|chiffrement|certificats?|cache)\b/i,
    es: /\b(claves?|épocas?|registros?|MLS|cifra\w*|certificados?|caché)\b/i,
    pt: /\b(chaves?|registr?os?|épocas?|MLS|cifra\w*|criptogra\w*|encript\w*|certificados?|cache)\b/i,
    de: /\b(\w*schlüssel\w*|Protokolle?|Epochen?|MLS|verschlüssel\w*|Zertifikat\w*|Cache)\b/i,
    // "Inloggen" is the everyday word for signing in.
    nl: /\b(sleutels?|logboek\w*|tijdperk\w*|MLS|versleutel\w*|certifica\w*|cache)\b/i,
    sw: /\b(ufunguo|funguo|usimba\w*|cheti|vyeti|MLS)\b/i,
    // "Kunci" is the lock, too.
    id: /\b(epok|MLS|enkripsi|terenkripsi|sertifikat|tembolok)\b/i,
    hi: /कुंजी|कुंजियाँ|एन्क्रिप्ट|कूटलेख|प्रमाणपत्र|MLS|कैश/,
    bn: /এনক্রিপ|সার্টিফিকেট|MLS|ক্যাশ/,
    th: /กุญแจ|เข้ารหัส|ใบรับรอง|แคช|MLS/,
    ar: /مفاتيح|مفتاح|حقبة|MLS|تشفير|مشفّر|شهادة/,
  };
  for (const { code } of languages) {
    for (const [key, message] of Object.entries(catalogueOf(code)))
      expect(message, `${code} ${key}`).not.toMatch(forbidden[code]!);
  }
});

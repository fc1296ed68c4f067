/**
 * Sentences, dates and numbers in the reader's language. `t` reads a signal, so whatever rendered a
 * sentence renders again when the language changes; nothing has to reload.
 */
import { signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { formatParts, formatText, type Value } from "./format.ts";
import type { CompiledCatalogue } from "./icu.ts";
import { directionOf, type Language, regionalTag } from "./languages.ts";
import type { Area, Messages } from "./messages.gen.ts";

export { directionOf, isLanguage, type Language, languages, pickLanguage } from "./languages.ts";

export type { Area };

export type MessageKey = keyof Messages;
type Args<K extends MessageKey> = Messages[K] extends null ? [] : [args: Messages[K]];
type PartArgs<K extends MessageKey> = { [N in keyof Messages[K]]: Messages[K][N] | ComponentChild };

interface Current {
  readonly language: Language;
  /** For `Intl`: the language with the reader's region. */
  readonly tag: string;
  readonly messages: CompiledCatalogue;
}

const current = signal<Current>({ language: "en", tag: "en", messages: {} });

// The build compiles these files (build/catalogues-plugin.ts), so they are not what TypeScript sees. `fr.json` holds what
// every visitor reads, `fr-<area>.json` the sentences of screens that are fetched when they are first shown. Where those of a language
// lie stands in a file of its own (areas/fr.ts), so that nobody fetches a list of the areas of all languages.
const languagesThemselves = import.meta.glob<Catalogue>("./catalogues/??.json");
const areasOf = import.meta.glob<{ areas: Record<string, () => Promise<Catalogue>> }>(
  "./areas/??.ts",
);

/** A catalogue's file, as the build makes it. */
export interface Catalogue {
  readonly default: CompiledCatalogue;
}

/** Areas whose sentences somebody has asked for. */
const areas = new Set<Area>();

async function loadLanguage(language: Language): Promise<CompiledCatalogue> {
  const loader = languagesThemselves[`./catalogues/${language}.json`];
  if (loader === undefined) throw new Error(`there is no catalogue ${language}`);
  // The list is wanted soon, and not waited for here.
  void areasOf[`./areas/${language}.ts`]?.().catch(() => undefined);
  return (await loader()).default;
}

async function loadArea(language: Language, area: Area): Promise<CompiledCatalogue> {
  const list = await areasOf[`./areas/${language}.ts`]?.();
  const loader = list?.areas[`../catalogues/${language}-${area}.json`];
  if (loader === undefined) throw new Error(`there is no catalogue ${language}-${area}`);
  return (await loader()).default;
}

/** Loads a language and switches the whole screen to it. Rejects if it cannot be fetched; the old one stays. */
export async function switchCatalogue(
  language: Language,
  wished: readonly string[],
): Promise<void> {
  const parts = await Promise.all([
    loadLanguage(language),
    ...[...areas].map((area) => loadArea(language, area)),
  ]);
  const messages = Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
  current.value = { language, tag: regionalTag(language, wished), messages };
}

/** Loads an area's sentences in the language on screen: ask for them together with the screen that shows them. */
export async function loadWords(area: Area): Promise<void> {
  if (areas.has(area)) return;
  const { language } = current.peek();
  const more = await loadArea(language, area);
  areas.add(area);
  const now = current.peek();
  // The language was switched meanwhile: its own sentences are wanted.
  const messages = now.language === language ? more : await loadArea(now.language, area);
  current.value = { ...current.peek(), messages: { ...current.peek().messages, ...messages } };
}

/** The language on screen. */
export function currentLanguage(): Language {
  return current.value.language;
}

/** The tag to hand to `Intl`. */
export function currentTag(): string {
  return current.value.tag;
}

/** The direction of the language on screen. */
export function currentDirection(): "ltr" | "rtl" {
  return directionOf(current.value.language);
}

/** A sentence in the reader's language. */
export function t<K extends MessageKey>(key: K, ...args: Args<K>): string {
  const { messages, language } = current.value;
  return formatText(messages[key] ?? key, args[0] ?? {}, language, formatNumber);
}

/** A sentence with elements in it, e.g. a name in bold: give them as arguments, put the result into JSX. */
export function tParts<K extends MessageKey>(key: K, args: PartArgs<K>): ComponentChild[] {
  const { messages, language } = current.value;
  return formatParts<ComponentChild>(
    messages[key] ?? key,
    args as Record<string, ComponentChild | Value>,
    language,
    formatNumber,
  );
}

/** A number in the reader's digits and grouping. */
export function formatNumber(n: number): string {
  return new Intl.NumberFormat(current.value.tag).format(n);
}

/** A share of a hundred: "115 %". */
export function formatPercent(percent: number): string {
  return new Intl.NumberFormat(current.value.tag, { style: "percent" }).format(percent / 100);
}

/** "Amina, Bruno and Chen" in the reader's language. */
export function formatList(items: readonly string[]): string {
  return new Intl.ListFormat(current.value.tag, { type: "conjunction" }).format(items);
}

/** A size for people: "3.4 MB". `bytes` as stored; decimal units. */
export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(current.value.tag, {
    style: "unit",
    unit: units[unit],
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

/** The emoji in the reader's language, and how one uses them on this device. */
import loaders from "virtual:emoji";
import { recall, remember } from "../../app/memory.ts";
import { currentLanguage, type Language } from "../../i18n/index.ts";
import type { Suggestion } from "../../ui/composer.tsx";
import { type Emoji, findEmoji, parseEmoji, type Tone, TONES, withTone } from "./emoji.ts";
import { mostUsed, used } from "./taste.ts";

const loaded = new Map<Language, Promise<Emoji[][]>>();

/** All emoji by group; rejects while they are not on the device and the node is away. */
export function loadEmoji(language: Language = currentLanguage()): Promise<Emoji[][]> {
  const known = loaded.get(language);
  if (known) return known;
  const loader = loaders[language];
  if (loader === undefined) throw new Error(`there are no emoji in ${language}`);
  const loading = loader().then((lines) => parseEmoji(lines, language));
  loaded.set(language, loading);
  loading.catch(() => loaded.delete(language));
  return loading;
}

/** The skin tone that was chosen last. */
export function ownTone(): Tone {
  const value = recall("emojiTone");
  return TONES.find((one) => one === value) ?? "";
}

export function setOwnTone(tone: Tone): void {
  remember("emojiTone", tone === "" ? undefined : tone);
}

export function ownMostUsed(): string[] {
  return mostUsed(recall("emoji") ?? "");
}

export function noteUse(emoji: string): void {
  remember("emoji", used(recall("emoji") ?? "", emoji));
}

/**
 * Emoji for what stands between colons, in the reader's words and in English ones, which many know from elsewhere.
 * @returns a function from what was typed to what fits
 */
export async function loadSuggestions(): Promise<(typed: string) => Suggestion[]> {
  const language = currentLanguage();
  const own = (await loadEmoji()).flat();
  const english = language === "en" ? [] : (await loadEmoji("en")).flat();
  const nameOf = new Map(own.map(({ emoji, name }) => [emoji, name]));
  return (typed) => {
    const tone = ownTone();
    const found = [...findEmoji(own, typed, 6), ...findEmoji(english, typed, 6)];
    const first = new Map(found.map((one) => [one.emoji, one]));
    return [...first.values()].slice(0, 6).map(({ emoji, name, tones }) => ({
      id: emoji,
      name: tones ? withTone(emoji, tone) : emoji,
      detail: nameOf.get(emoji) ?? name,
    }));
  };
}

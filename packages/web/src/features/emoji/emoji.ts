/** Emoji by group, with what they are called in a language; finding them by that; skin tones. */
import { fold } from "../frame/find.ts";

export interface Emoji {
  emoji: string;
  name: string;
  /** Folded: its name, and others for it. */
  words: readonly string[];
  /** It comes in skin tones. */
  tones: boolean;
}

/** Unicode's groups in their order. */
export const GROUPS = [
  "smileys",
  "people",
  "nature",
  "food",
  "travel",
  "activities",
  "objects",
  "symbols",
  "flags",
] as const;
export type GroupName = (typeof GROUPS)[number];

/** As the build wrote it (build/emoji-plugin.ts). */
export function parseEmoji(lines: readonly (readonly string[])[], language: string): Emoji[][] {
  const countries = new Intl.DisplayNames([language, "en"], { type: "region" });
  return lines.map((group) =>
    group.map((line) => {
      const [sign = "", name, ...words] = line.split("|");
      const tones = sign.endsWith("+");
      const emoji = tones ? sign.slice(0, -1) : sign;
      const called = name ?? nameOfFlag(emoji, countries);
      return { emoji, name: called, words: [called, ...words].map(fold), tones };
    }),
  );
}

function nameOfFlag(flag: string, countries: Intl.DisplayNames): string {
  const code = Array.from(flag, (sign) =>
    String.fromCodePoint((sign.codePointAt(0) ?? 0) - 0x1f1e6 + 65),
  ).join("");
  return countries.of(code) ?? code;
}

/** Those that are called what was typed, best first: by their whole name, its beginning, a word of it, another word for it. */
export function findEmoji(all: readonly Emoji[], typed: string, most: number): readonly Emoji[] {
  const wanted = fold(typed.replaceAll(/[_:]/g, " ")).trim();
  if (wanted === "") return [];
  const parts = wanted.split(/\s+/);
  return all
    .map((one) => ({ one, score: scoreOf(one, wanted, parts) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ one }) => one);
}

function scoreOf({ emoji, words }: Emoji, wanted: string, parts: readonly string[]): number {
  if (emoji === wanted) return 10;
  const [name = "", ...others] = words;
  if (name === wanted) return 9;
  if (others.includes(wanted)) return 8;
  if (name.startsWith(wanted)) return 7;
  if (begins(name, wanted)) return 6;
  if (others.some((word) => word.startsWith(wanted))) return 5;
  if (parts.every((part) => words.some((word) => begins(word, part)))) return 4;
  return wanted.length > 2 && words.some((word) => word.includes(wanted)) ? 1 : 0;
}

function begins(text: string, wanted: string): boolean {
  return text.split(/[\s-]+/).some((word) => word.startsWith(wanted));
}

/** Light to dark; the empty one is the colour that nobody has. */
export const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"] as const;
export type Tone = "" | (typeof TONES)[number];

/** An emoji that comes in skin tones in one of them: all people in it have the same. */
export function withTone(emoji: string, tone: Tone): string {
  if (tone === "") return emoji;
  // Hands that two people hold have no tone of their own there.
  const several = emoji.includes("\u200d🤝\u200d");
  return emoji.replace(/(\p{Emoji_Modifier_Base})\uFE0F?/gu, (_, base: string) =>
    several && base === "🤝" ? base : `${base}${tone}`,
  );
}

/**
 * Text of others made safe to look at. What is stored and sent stays as it was written; this is for showing it.
 *
 * [Note: Text that lies] Unicode has signs that nobody sees. Some are part of how a language is written (joiners in Persian,
 * Hindi and emoji; marks of direction beside Arabic), so they cannot all go. What goes: signs that turn whole lines around,
 * longer runs of invisible signs than any language has, and piles of marks that run over the lines above and below.
 * Each paragraph is set in a block of its own direction, so what is left ends where the paragraph ends.
 */

/** Overrides and embeddings of direction: isolates do the same without reaching beyond themselves. */
const TURNING = /[\u202a-\u202e]/gu;
/** Controls that are neither a tab nor the end of a line; interlinear marks, and tags outside of flags. */
const CONTROLS =
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2061-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]/gu;
const STRAY_TAGS = /(?<!\p{Emoji}\ufe0f?|[\u{e0020}-\u{e007f}])[\u{e0000}-\u{e007f}]+/gu;
/** More of the invisible in a row than any language writes. */
const INVISIBLE_RUN =
  /((?:(?![\u{e0000}-\u{e007f}])\p{Default_Ignorable_Code_Point}){2})(?:(?![\u{e0000}-\u{e007f}])\p{Default_Ignorable_Code_Point})+/gu;
/** Marks on one letter: no language piles up more than these. */
const MARK_PILE = /(\p{M}{6})\p{M}+/gu;
const MANY_LINES = /\n(?:[^\S\n]*\n){3,}/g;

/** A text as it may be shown: nothing that turns lines around, no floods of what nobody sees or what runs over other lines. */
export function tame(text: string): string {
  if (!NEEDS_TAMING.test(text)) return text.replace(MANY_LINES, "\n\n\n");
  return text
    .replace(/\r\n?|[\u2028\u2029\u0085]/gu, "\n")
    .replace(TURNING, "")
    .replace(CONTROLS, "")
    .replace(STRAY_TAGS, "")
    .replace(INVISIBLE_RUN, "$1")
    .replace(MARK_PILE, "$1")
    .replace(MANY_LINES, "\n\n\n");
}
/** Most messages need none of it: anything but letters, marks in twos, numbers, punctuation and pictures. */
const NEEDS_TAMING =
  // oxlint-disable-next-line no-control-regex -- as above
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}|\p{M}{6}/u;

/** What no eye sees in code, said in the way that programmers write it: there every sign counts. */
export function tameCode(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(
      // oxlint-disable-next-line no-control-regex -- these are what it is about
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
      (sign) => `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
    )
    .replace(MARK_PILE, "$1");
}

/** A person's name on one line, without anything that nobody sees. */
export function tameName(name: string): string {
  return tame(name)
    .replace(
      /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2060\u2066-\u2069\u3164\uffa0]/gu,
      "",
    )
    .replace(
      /(?<![\p{L}\p{M}\p{Emoji}])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{M}\p{Emoji}])/gu,
      "",
    )
    .replace(/\s+/gu, " ")
    .trim();
}

/** Letters of other alphabets that look like a small Latin one, and that Latin one. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: "a",
    в: "b",
    е: "e",
    з: "3",
    к: "k",
    м: "m",
    н: "h",
    о: "o",
    р: "p",
    с: "c",
    т: "t",
    у: "y",
    х: "x",
    ѕ: "s",
    і: "i",
    ї: "i",
    ј: "j",
    ԁ: "d",
    ԛ: "q",
    ԝ: "w",
    һ: "h",
    ӏ: "l",
    ѵ: "v",
    г: "r",
    п: "n",
    ь: "b",
    α: "a",
    β: "b",
    ε: "e",
    η: "n",
    ι: "i",
    κ: "k",
    μ: "u",
    ν: "v",
    ο: "o",
    ρ: "p",
    σ: "o",
    τ: "t",
    υ: "u",
    χ: "x",
    γ: "y",
    ω: "w",
    ո: "n",
    օ: "o",
    ս: "u",
    հ: "h",
    ց: "g",
    զ: "q",
    ɑ: "a",
    ɡ: "g",
    ı: "i",
    ⅼ: "l",
    ᴏ: "o",
  }),
);
const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Georgian}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Arabic}/u,
] as const;

/** Whether one word mixes letters of alphabets that are never written together. */
function mixes(word: string): boolean {
  return ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1;
}

/** A text without accents and capitals. */
function bare(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** How a text looks at a glance: two names of the same look cannot be told apart. */
function look(text: string): string {
  return Array.from(bare(text))
    .map((sign) => LOOKALIKES.get(sign) ?? sign)
    .join("")
    .replace(/rn/g, "m")
    .replace(/[1|]/g, "l")
    .replace(/0/g, "o");
}

/**
 * Which of the names of people who are together may be made to be taken for another: those that mix alphabets within a word, and
 * those that look the same as another one here though they are written with other signs.
 */
export function oddNames(names: readonly string[]): ReadonlySet<string> {
  const odd = new Set<string>();
  const byLook = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const shown = tameName(name);
    if (shown.split(/[^\p{L}\p{M}]+/u).some(mixes)) odd.add(name);
    const key = look(shown);
    byLook.set(key, [...(byLook.get(key) ?? []), name]);
  }
  for (const alike of byLook.values()) {
    // Accents and capitals are told apart by those who read them.
    const written = new Set(alike.map((name) => bare(tameName(name))));
    if (written.size > 1 || alike.some((name) => tameName(name) !== name && alike.length > 1))
      for (const name of alike) odd.add(name);
  }
  return odd;
}

/**
 * The host of a link as a person should see it.
 * @returns the host as it is asked for (international ones as `xn--…` where letters may deceive), and whether to warn of it
 */
export function hostOf(href: string, typed: string): { host: string; odd: boolean } {
  const url = new URL(href);
  const written =
    /^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#:]+)/iu.exec(typed)?.[1]?.normalize("NFC").toLowerCase() ?? "";
  const international = /[^\p{ASCII}]/u.test(written);
  const labels = written.split(".");
  const deceives =
    international &&
    labels.some(
      (label) =>
        mixes(label) ||
        /[\u0338\u2044\u2215\u3002\uff0e\uff0f\uff61]/u.test(label) ||
        (Array.from(label).some((sign) => LOOKALIKES.has(sign)) &&
          Array.from(label).every((sign) => LOOKALIKES.has(sign) || /[\p{ASCII}]/u.test(sign))),
    );
  const named = url.username !== "" || url.password !== "";
  const coded = url.hostname.split(".").some((label) => label.startsWith("xn--"));
  return {
    host: international && !deceives ? written : url.hostname,
    odd: deceives || named || (coded && !international),
  };
}

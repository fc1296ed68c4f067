/**
 * Messages read by a voice of the device.
 *
 * [Note: Only voices of the device] Some browsers have voices that send the text to their maker. What people write to each other
 * must not go there, so a voice counts only when the browser says that it is one of the device (`localService`).
 */

type Voice = Pick<SpeechSynthesisVoice, "lang" | "localService" | "default">;

/** Scripts that tell the language, as far as one of the first readers' is meant. */
const SCRIPTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\p{Script=Arabic}/u, ["ar", "fa", "ur"]],
  [/\p{Script=Devanagari}/u, ["hi", "ne", "mr"]],
  [/\p{Script=Bengali}/u, ["bn"]],
  [/\p{Script=Thai}/u, ["th"]],
  [/\p{Script=Ethiopic}/u, ["am", "ti"]],
  [/\p{Script=Hangul}/u, ["ko"]],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, ["ja"]],
  [/\p{Script=Han}/u, ["zh", "ja"]],
  [/\p{Script=Cyrillic}/u, ["ru", "uk", "bg"]],
  [/\p{Script=Greek}/u, ["el"]],
  [/\p{Script=Hebrew}/u, ["he"]],
];

/** The voice of the device for a text: in the language that its script tells, else in the reader's, else its usual one. */
export function voiceFor<V extends Voice>(
  voices: readonly V[],
  text: string,
  language: string,
): V | undefined {
  const own = voices.filter(({ localService }) => localService);
  const spoken = ({ lang }: Voice): string => (lang.split(/[-_]/, 1)[0] ?? "").toLowerCase();
  const [, byScript] = SCRIPTS.find(([script]) => script.test(text)) ?? [];
  const wished = byScript
    ? [...byScript.filter((one) => one === language), ...byScript]
    : [language];
  for (const one of wished) {
    const found = own.filter((voice) => spoken(voice) === one);
    const best = found.find((voice) => voice.default) ?? found[0];
    if (best) return best;
  }
  return byScript ? undefined : (own.find((voice) => voice.default) ?? own[0]);
}

/**
 * Reads a text; what is being read already ends.
 * @param onEnd called once, when it is over for whatever reason
 * @param said what of it tells the language
 * @returns false where no voice of the device can
 */
export function readAloud(text: string, language: string, onEnd: () => void, said = text): boolean {
  const voice = voiceFor(speechSynthesis.getVoices(), said, language);
  if (!voice) return false;
  speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(text);
  words.voice = voice;
  words.lang = voice.lang;
  words.addEventListener("end", onEnd, { once: true });
  words.addEventListener("error", onEnd, { once: true });
  speechSynthesis.speak(words);
  return true;
}

/** Nothing is read any more. */
export function stopReading(): void {
  speechSynthesis.cancel();
}

/** Emoji where one writes and reacts: all of them are fetched with the first picker or the first colon. */
import { signal } from "@preact/signals";
import { lazy } from "../../app/lazy.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { ownSigns } from "../../ui/own-sign.tsx";
import type { Suggestion } from "../../ui/composer.tsx";

export const EmojiPicker = lazy(
  () =>
    Promise.all([import("../emoji/picker.tsx"), loadWords("emoji")]).then(
      ([screens]) => screens.EmojiPicker,
    ),
  { aside: true },
);

export const Reactors = lazy(
  () => import("../emoji/reactors.tsx").then((screens) => screens.Reactors),
  { aside: true },
);

const search = signal<(typed: string) => Suggestion[]>();
let asked = false;

/** The conversation's own whose names begin so. */
function ownFor(typed: string): Suggestion[] {
  const wanted = typed.replace(/:$/, "").toLowerCase().normalize("NFC");
  return [...ownSigns.value]
    .filter(([name, own]) => name === own.name && name.startsWith(wanted))
    .slice(0, 4)
    .map(([name, { url }]) => ({ id: `:${name}:`, name: `:${name}:`, detail: name, picture: url }));
}

/** What fits to `:text`, the conversation's own first; of the others nothing until they are there. */
export function suggestEmoji(typed: string): Suggestion[] {
  if (!asked) {
    asked = true;
    import("../emoji/own-emoji.ts")
      .then((own) => own.loadSuggestions())
      .then(
        (found) => {
          search.value = found;
        },
        () => {
          asked = false;
        },
      );
  }
  return [...ownFor(typed), ...(search.value?.(typed) ?? [])];
}

/** The picker of a field. */
export const pickEmoji = (onPick: (emoji: string) => void, onClose: () => void) => (
  <EmojiPicker title={t("talk.emoji")} onPick={onPick} onClose={onClose} />
);

import "./language-pick.css";
import { signal } from "@preact/signals";
import { Globe } from "lucide";
import { currentLanguage, isLanguage, type Language, languages, t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";

/** What switches the language of the whole page, once the page has it. */
export const languageSwitch = signal<((language: Language) => void) | undefined>(undefined);

/**
 * The languages, each by its own name, beside a globe: for whoever cannot read the one that the page came in. The name of the
 * field is said in English, too.
 */
export function LanguagePick() {
  const pick = languageSwitch.value;
  if (pick === undefined) return null;
  const [word, known] = [t("settings.language"), "Language"];
  return (
    <span class="language-pick">
      <Icon of={Globe} />
      <select
        aria-label={word === known ? word : `${word} (${known})`}
        value={currentLanguage()}
        onChange={({ currentTarget: { value } }) => isLanguage(value) && pick(value)}
      >
        {languages.map(({ code, name }) => (
          <option key={code} value={code} lang={code} selected={code === currentLanguage()}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}

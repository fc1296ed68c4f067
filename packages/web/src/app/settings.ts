/** What this browser remembers about how the app looks: language and theme. Nothing about people or content. */
import { effect, signal } from "@preact/signals";
import {
  currentDirection,
  currentLanguage,
  isLanguage,
  type Language,
  pickLanguage,
  switchCatalogue,
  t,
} from "../i18n/index.ts";

import { keepLoaded } from "./updates.ts";
import { recall, remember } from "./memory.ts";
import type { Theme } from "./model.ts";

const theme = signal<Theme>(readTheme());

/** The theme that was chosen; `system` follows the device. */
export function currentTheme(): Theme {
  return theme.value;
}

/** Chooses a theme and remembers it. */
export function setTheme(next: Theme): void {
  theme.value = next;
  remember("theme", next === "system" ? undefined : next);
}

/** Shows another language at once and remembers it. Answers false if its words could not be fetched. */
export async function setLanguage(language: Language): Promise<boolean> {
  try {
    await switchCatalogue(language, navigator.languages);
  } catch {
    return false;
  }
  remember("language", language);
  keepLoaded();
  return true;
}

/** Loads the words for the first screen and keeps `lang`, `dir`, title and colours of the page true. Once, at start. */
export async function startLook(): Promise<void> {
  const remembered = recall("language");
  await switchCatalogue(
    isLanguage(remembered) ? remembered : pickLanguage(navigator.languages),
    navigator.languages,
  );
  const root = document.documentElement;
  effect(() => {
    root.lang = currentLanguage();
    root.dir = currentDirection();
    document.title = t("app.name");
  });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = (): void => {
    const isDark = theme.value === "dark" || (theme.value === "system" && dark.matches);
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute("content", isDark ? "#11191b" : "#f4f5f2");
  };
  dark.addEventListener("change", colour);
  effect(() => {
    if (theme.value === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
    colour();
  });
}

function readTheme(): Theme {
  const value = recall("theme");
  return value === "light" || value === "dark" ? value : "system";
}

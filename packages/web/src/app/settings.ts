/** What this browser remembers about how the app looks and behaves. Nothing about people or content. */
import { effect, type Signal, signal } from "@preact/signals";
import {
  currentDirection,
  currentLanguage,
  isLanguage,
  type Language,
  pickLanguage,
  switchCatalogue,
  t,
} from "../i18n/index.ts";

import { languageSwitch } from "../ui/language-pick.tsx";
import { toast } from "../ui/toast.tsx";
import { failureText } from "./failure.ts";
import { keepLoaded } from "./updates.ts";
import { recall, remember } from "./memory.ts";
import type { Colour, Theme } from "./model.ts";

const theme = signal<Theme>(readTheme());

/** Sizes of text to choose from, in percent. */
export const TEXT_SIZES = [80, 90, 100, 115, 130, 150, 175, 200] as const;

/** The colours of the app to choose from: what is teal is turned to them, in light and dark. */
export const COLOURS: readonly Colour[] = ["teal", "green", "blue", "plum"];

export const colour = signal<Colour>(COLOURS.find((one) => one === recall("colour")) ?? "teal");

/** Percent of the browser's own size of text. */
export const textSize = signal<number>(readSize());
/** Strong contrast, also where the device does not ask for it. */
export const contrast = kept("contrast", "more");
/** Nothing moves, also where the device does not ask for that. */
export const stillness = kept("motion", "less");
/**
 * Data is dear: nothing large, no picture and no sound is fetched by itself, only when somebody asks for it. Whatever fetches by
 * itself asks here.
 */
export const dataSaver = kept("data", "less");
/** The browser offers to install the app; asks the person, once. */
export const installing = signal<(() => Promise<unknown>) | undefined>(undefined);

/** Letters alone are shortcuts. */
const noOneKey = kept("oneKey", "off");
export const oneKey = {
  get value(): boolean {
    return !noOneKey.value;
  },
  peek: (): boolean => !noOneKey.peek(),
  set: (on: boolean): void => {
    noOneKey.value = !on;
  },
};

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

/** Whether somebody has chosen a language on this device. */
export const hasLanguage = (): boolean => isLanguage(recall("language"));

/** Loads the words for the first screen and keeps `lang`, `dir`, title and colours of the page true. Once, at start. */
export async function startLook(): Promise<void> {
  const remembered = recall("language");
  await switchCatalogue(
    isLanguage(remembered) ? remembered : pickLanguage(navigator.languages),
    navigator.languages,
  );
  languageSwitch.value = (language) => {
    void setLanguage(language).then((done) => {
      if (!done) toast({ text: failureText("offline") });
    });
  };
  addEventListener("beforeinstallprompt", (event) => {
    // It would show itself at a moment of its own.
    event.preventDefault();
    installing.value = async () => {
      installing.value = undefined;
      await (event as Event & { prompt: () => Promise<unknown> }).prompt();
    };
  });
  addEventListener("appinstalled", () => {
    installing.value = undefined;
  });
  const root = document.documentElement;
  effect(() => {
    root.lang = currentLanguage();
    root.dir = currentDirection();
    document.title = t("app.name");
  });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const frameColour = (): void => {
    const isDark = theme.value === "dark" || (theme.value === "system" && dark.matches);
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute("content", isDark ? "#11191b" : "#f4f5f2");
  };
  dark.addEventListener("change", frameColour);
  effect(() => {
    if (theme.value === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
    frameColour();
  });
  effect(() => {
    const chosen = colour.value === "teal" ? undefined : colour.value;
    if (chosen === undefined) delete root.dataset["colour"];
    else root.dataset["colour"] = chosen;
    remember("colour", chosen);
  });
  effect(() => {
    // By CSSOM, which the Content-Security-Policy allows. All sizes are rem.
    root.style.fontSize = textSize.value === 100 ? "" : `${textSize.value}%`;
    remember("textSize", textSize.value === 100 ? undefined : String(textSize.value));
    root.toggleAttribute("data-large", textSize.value > 130);
    root.toggleAttribute("data-contrast", contrast.value);
    root.toggleAttribute("data-still", stillness.value);
  });
}

/** True or false, remembered from the moment that it is switched: `word` stands for true. */
function kept(name: string, word: string): Signal<boolean> {
  const held = signal(recall(name) === word);
  effect(() => remember(name, held.value ? word : undefined));
  return held;
}

function readSize(): number {
  const value = Number(recall("textSize"));
  return TEXT_SIZES.find((one) => one === value) ?? 100;
}

function readTheme(): Theme {
  const value = recall("theme");
  return value === "light" || value === "dark" ? value : "system";
}

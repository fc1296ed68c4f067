import "./picker.css";
import {
  Car,
  Clock3,
  Flag,
  Hand,
  Hash,
  type IconNode,
  Leaf,
  Lightbulb,
  Smile,
  Sticker,
  Trophy,
  Utensils,
} from "lucide";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { currentLanguage, t } from "../../i18n/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { ownSigns, Sign } from "../../ui/own-sign.tsx";
import { fold } from "../frame/find.ts";
import { Icon } from "../../ui/icon.tsx";
import { moveFocus } from "../../ui/keyboard.ts";
import { Skeleton } from "../../ui/progress.tsx";
import {
  type Emoji,
  findEmoji,
  type GroupName,
  GROUPS,
  type Tone,
  TONES,
  withTone,
} from "./emoji.ts";
import { loadEmoji, noteUse, ownMostUsed, ownTone, setOwnTone } from "./own-emoji.ts";

type Tab = "own" | "used" | GroupName;
const ICONS: Record<Tab, IconNode> = {
  own: Sticker,
  used: Clock3,
  smileys: Smile,
  people: Hand,
  nature: Leaf,
  food: Utensils,
  travel: Car,
  activities: Trophy,
  objects: Lightbulb,
  symbols: Hash,
  flags: Flag,
};
const MOST_FOUND = 120;

/** All emoji, by search and by group; the device's own font draws them. */
export function EmojiPicker({
  title,
  onPick,
  onClose,
}: {
  /** What it is picked for. */
  title: string;
  onPick: (emoji: string) => void;
  onClose: () => void;
}) {
  const id = useId();
  const grid = useRef<HTMLDivElement>(null);
  const [groups, setGroups] = useState<Emoji[][]>();
  const [away, setAway] = useState(false);
  const [typed, setTyped] = useState("");
  const [tone, setTone] = useState(ownTone);
  const [most] = useState(ownMostUsed);
  const own = useMemo(ownAsEmoji, []);
  const [tab, setTab] = useState<Tab>(
    own.length > 0 ? "own" : most.length > 0 ? "used" : "smileys",
  );
  const [named, setNamed] = useState("");
  const language = currentLanguage();
  useEffect(() => {
    let current = true;
    loadEmoji(language).then(
      (all) => current && setGroups(all),
      () => current && setAway(true),
    );
    return () => {
      current = false;
    };
  }, [language]);

  const all = useMemo(() => groups?.flat() ?? [], [groups]);
  const shown = useMemo((): readonly Emoji[] => {
    if (typed.trim() !== "")
      return [...findEmoji(own, typed, MOST_FOUND), ...findEmoji(all, typed, MOST_FOUND)];
    if (tab === "own") return own;
    if (tab !== "used") return groups?.[GROUPS.indexOf(tab)] ?? [];
    const known = new Map(all.flatMap((one) => withTones(one).map((sign) => [sign, one] as const)));
    return most.flatMap((emoji) => {
      const one = known.get(emoji);
      return one ? [{ ...one, emoji, tones: false }] : [];
    });
  }, [all, groups, most, own, tab, typed]);
  const pick = (emoji: string): void => {
    // What one uses most counts in all conversations.
    if (!emoji.startsWith(":")) noteUse(emoji);
    onClose();
    onPick(emoji);
  };
  const onGridKey = (event: KeyboardEvent): void => {
    const buttons = [...(grid.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) {
      moveFocus(event, "button", "inline");
      return;
    }
    event.preventDefault();
    const across = buttons.filter(({ offsetTop }) => offsetTop === buttons[0]?.offsetTop).length;
    const next = buttons[at + step * Math.max(1, across)];
    if (next) next.focus();
    else if (step < 0) document.getElementById(`${id}-field`)?.focus();
  };
  const tabs: readonly Tab[] = [
    ...(own.length > 0 ? (["own"] as const) : []),
    ...(most.length > 0 ? (["used"] as const) : []),
    ...GROUPS,
  ];
  const first = shown[0]?.emoji;
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="emoji-picker">
        <input
          id={`${id}-field`}
          class="emoji-field"
          type="search"
          dir={typed === "" ? undefined : "auto"}
          autocomplete="off"
          maxLength={60}
          placeholder={t("emoji.search")}
          aria-label={t("emoji.search")}
          aria-controls={`${id}-grid`}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "ArrowDown") {
              event.preventDefault();
              grid.current?.querySelector("button")?.focus();
            } else if (event.key === "Enter" && typed.trim() !== "" && shown[0]) {
              event.preventDefault();
              pick(shown[0].tones ? withTone(shown[0].emoji, tone) : shown[0].emoji);
            }
          }}
        />
        {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the tabs in it take the focus */}
        <div
          class="emoji-tabs"
          role="tablist"
          aria-label={t("emoji.groups")}
          onKeyDown={(event) => moveFocus(event, '[role="tab"]', "inline")}
        >
          {tabs.map((one) => (
            <button
              key={one}
              id={`${id}-${one}`}
              type="button"
              role="tab"
              class="emoji-tab"
              title={t(`emoji.group.${one}`)}
              aria-label={t(`emoji.group.${one}`)}
              aria-selected={typed === "" && one === tab}
              aria-controls={`${id}-grid`}
              tabIndex={one === tab ? 0 : -1}
              onFocus={() => one !== tab && typed === "" && setTab(one)}
              onClick={() => {
                setTyped("");
                setTab(one);
              }}
            >
              <Icon of={ICONS[one]} />
            </button>
          ))}
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the arrow keys move among its buttons */}
        <div
          ref={grid}
          id={`${id}-grid`}
          class="emoji-grid"
          role="tabpanel"
          aria-label={typed === "" ? t(`emoji.group.${tab}`) : t("emoji.found")}
          onKeyDown={onGridKey}
          onPointerLeave={() => setNamed("")}
        >
          {groups === undefined && !away && tab !== "own" && (
            <Skeleton label={t("ui.moment")} rows={3} />
          )}
          {away && <p class="emoji-none">{t("error.away")}</p>}
          {groups !== undefined && shown.length === 0 && (
            <p class="emoji-none">{t("emoji.none")}</p>
          )}
          {shown.map((one) => {
            const sign = one.tones ? withTone(one.emoji, tone) : one.emoji;
            return (
              <button
                key={one.emoji}
                type="button"
                class="emoji-one"
                tabIndex={one.emoji === first ? 0 : -1}
                aria-label={one.name}
                onFocus={() => setNamed(one.name)}
                onPointerEnter={() => setNamed(one.name)}
                onClick={() => pick(sign)}
              >
                <Sign of={sign} />
              </button>
            );
          })}
        </div>
        <p class="visually-hidden" role="status">
          {typed === "" ? "" : t("emoji.count", { count: shown.length })}
        </p>
        <div class="emoji-foot">
          <p class="emoji-name" dir="auto" aria-hidden="true">
            {named}
          </p>
          <fieldset class="emoji-tones">
            <legend class="visually-hidden">{t("emoji.tone")}</legend>
            {(["", ...TONES] as const).map((one) => (
              <label key={one} class="emoji-tone">
                <input
                  type="radio"
                  name={`${id}-tone`}
                  checked={one === tone}
                  aria-label={t(`emoji.tone.${toneName(one)}`)}
                  onChange={() => {
                    setTone(one);
                    setOwnTone(one);
                  }}
                />
                <span aria-hidden="true">{withTone("✋", one)}</span>
              </label>
            ))}
          </fieldset>
        </div>
      </div>
    </Dialog>
  );
}

/** The conversation's own, as the others are. */
function ownAsEmoji(): Emoji[] {
  return [...ownSigns.peek()]
    .filter(([name, own]) => name === own.name)
    .map(([name]) => ({ emoji: `:${name}:`, name, words: [fold(name)], tones: false }));
}

const TONE_NAMES = ["light", "mediumLight", "medium", "mediumDark", "dark"] as const;

function toneName(tone: Tone): "none" | (typeof TONE_NAMES)[number] {
  return tone === "" ? "none" : (TONE_NAMES[TONES.indexOf(tone)] ?? "none");
}

function withTones({ emoji, tones }: Emoji): string[] {
  return tones ? [emoji, ...TONES.map((tone) => withTone(emoji, tone))] : [emoji];
}

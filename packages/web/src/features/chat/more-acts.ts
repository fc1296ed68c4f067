/** More that one does with a message for oneself: its address, hearing it, choosing several. Handed to every message of a conversation. */
import { AudioLines, Link, ListChecks } from "lucide";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { MessageRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import type { MenuItem } from "../../ui/menu.tsx";
import { OwnMarks } from "./own-marks.ts";

/** Messages that are chosen to do something with all of them; absent while none is. */
export interface SelectingOf {
  selected: ReadonlySet<string> | undefined;
  onToggle: (eventId: string) => void;
}

export const Selecting = createContext<SelectingOf>({
  selected: undefined,
  onToggle: () => undefined,
});

/** What the message's menu offers, and whether it is chosen. */
export function useMoreActs(message: MessageRow): {
  items: MenuItem[];
  chosen: boolean | undefined;
  toggle: () => void;
} {
  const acts = useContext(OwnMarks);
  const { selected, onToggle } = useContext(Selecting);
  const { eventId } = message;
  const toggle = (): void => onToggle(eventId);
  const chosen = selected?.has(eventId);
  if (!acts || message.state === "waiting") return { items: [], chosen, toggle };
  const items: MenuItem[] = [
    {
      label: t("talk.copyLink"),
      icon: Link,
      onSelect: () => acts.onCopyLink(eventId),
    },
    { label: t("talk.select"), icon: ListChecks, onSelect: toggle },
  ];
  if (message.text !== "" && hasVoice())
    items.push({
      label: t("talk.readAloud"),
      icon: AudioLines,
      onSelect: () => acts.onReadAloud(message),
    });
  return { items, chosen, toggle };
}

/** A voice that speaks on this device: others send what they read to whoever offers them. */
function hasVoice(): boolean {
  const speech = (globalThis as { speechSynthesis?: SpeechSynthesis }).speechSynthesis;
  return speech?.getVoices().some(({ localService }) => localService) === true;
}

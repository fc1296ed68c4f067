/** What one does with messages for oneself, fetched when it is first done. */
import { plainText } from "@baraza/engine/formatting";
import { readAloud, stopReading } from "../../features/frame/read-aloud.ts";
import { currentLanguage, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import type { MessageRow } from "../model.ts";
import { hrefOf } from "../routes.ts";

/** The address of a message, which leads those who are in the conversation to it. */
export async function copyLink(spaceId: string, eventId: string): Promise<void> {
  const link = location.origin + hrefOf({ at: "space", spaceId, message: eventId });
  try {
    await navigator.clipboard.writeText(link);
    toast({ text: t("frame.linkCopied") });
  } catch {
    toast({ text: t("frame.copyRefused") });
  }
}

let endNotice: (() => void) | undefined;
let turn = 0;

/** Reads a message aloud; a notice ends it. */
export function startReading({ authorName, text, mine }: MessageRow): void {
  endReading();
  const words = mine ? plainText(text) : `${authorName}. ${plainText(text)}`;
  const own = ++turn;
  // Its own text decides the voice, not the name before it.
  const end = (): void => {
    if (own === turn) endNotice?.();
  };
  if (!readAloud(words, currentLanguage(), end, text)) {
    toast({ text: t("frame.noVoice") });
    return;
  }
  endNotice = toast({
    text: t("frame.reading"),
    sticky: true,
    action: { label: t("frame.stopReading"), run: stopReading },
    onGone: stopReading,
  });
}

/** Nothing is read any more, and nothing says so. */
export function endReading(): void {
  stopReading();
  endNotice?.();
  endNotice = undefined;
}

/** Marks all of them to be found again, with a way back. */
export async function bookmarkAll(
  engine: EnginePort,
  spaceId: string,
  messages: readonly MessageRow[],
): Promise<void> {
  const set = async (on: boolean): Promise<boolean> => {
    for (const { eventId } of messages) {
      const result = await engine.call("marks.bookmark", { spaceId, eventId, on });
      if (result.ok) continue;
      toast({ text: failureText(result.failure) });
      return false;
    }
    return true;
  };
  if (await set(true))
    toast({
      text: t("frame.bookmarked", { count: messages.length }),
      action: { label: t("ui.undo"), run: () => void set(false) },
    });
}

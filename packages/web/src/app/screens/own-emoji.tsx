/** A conversation's own emoji, for those who look after them. */
import type { OwnEmoji as OwnEmojiRow } from "@baraza/engine";
import { isSignName, signName } from "@baraza/engine/own-sign";
import { useEffect, useState } from "preact/hooks";
import { NoConversation } from "../../features/chat/conversation.tsx";
import { MOST_EMOJI, OwnEmojiPage } from "../../features/emoji/manage.tsx";
import { formatNumber, t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { back } from "../router.ts";
import { uploaderOf } from "./files-upload.ts";
import { pickFiles } from "./media-pick.ts";
import { showOwnSigns } from "./own-signs.ts";
import { smallSign } from "./pictures.ts";

/** All of them. */
export function OwnEmoji({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const emoji = useLive(engine.watch("chat.ownEmoji", { spaceId }), `emoji ${spaceId}`);
  const [signs, setSigns] = useState<ReturnType<typeof showOwnSigns>>();
  useEffect(() => {
    const made = showOwnSigns(engine, spaceId);
    setSigns(made);
    return made.end;
  }, [engine, spaceId]);
  useEffect(() => {
    if (emoji !== undefined) signs?.show(emoji);
  }, [signs, emoji]);
  if (space === null) return <NoConversation />;
  if (!space || !emoji) return <Skeleton label={t("ui.moment")} />;
  return (
    <OwnEmojiPage
      title={space.title}
      emoji={emoji}
      orders={space.state === "active" && (space.role === "steward" || space.role === "moderator")}
      onChoose={() => choose(engine)}
      onAdd={async (name, picture) => {
        const bytes = new Uint8Array(await picture.arrayBuffer());
        const result = await engine.call("chat.addEmoji", { spaceId, name, picture: bytes });
        return sentenceOf(result, emoji, name);
      }}
      onRename={async (emojiId, name) => {
        const result = await engine.call("chat.renameEmoji", { spaceId, emojiId, name });
        return sentenceOf(result, emoji, name);
      }}
      onRemove={(emojiId) => {
        void engine.call("chat.removeEmoji", { spaceId, emojiId }).then((result) => {
          if (!result.ok) return toast({ text: failureText(result.failure) });
          const undo = (): void =>
            void engine.call("chat.removeEmoji", { spaceId, emojiId, back: true });
          toast({ text: t("own.removed"), action: { label: t("ui.undo"), run: undo } });
        });
      }}
      onBack={back}
    />
  );
}

/** It is read where hostile files are read: apart, and bounded. Drawn anew, it has nothing of what the file said beside its pixels. */
function choose(engine: EnginePort): Promise<Blob | null | undefined> {
  const { promise, resolve } = Promise.withResolvers<Blob | null | undefined>();
  pickFiles({ accept: "image/*", several: false }, ([file]) => {
    if (file === undefined) return resolve(undefined);
    uploaderOf(engine)
      .prepare(file, false)
      .then(async ({ prepared: { thumbnail } }) => {
        if (thumbnail === undefined) throw new Error("no picture");
        const small = await smallSign(new Blob([thumbnail.bytes], { type: thumbnail.type }));
        return new Blob([small]);
      })
      .then(resolve, () => resolve(null));
  });
  return promise;
}

/** Why it did not work; undefined: it did. */
function sentenceOf(
  result: Result<unknown>,
  emoji: readonly OwnEmojiRow[],
  typed: string,
): string | undefined {
  if (result.ok) return undefined;
  if (result.code !== "invalid") return failureText(result.failure);
  const name = signName(typed);
  if (!isSignName(name)) return t("own.badName");
  if (emoji.some((one) => one.name === name)) return t("own.taken");
  if (emoji.length >= MOST_EMOJI) return t("own.full", { most: formatNumber(MOST_EMOJI) });
  return t("own.noPicture");
}

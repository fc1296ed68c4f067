/** Messages that were brought into a space, over the engine; and what the page about a space says of them. */
import type { BroughtMessage, MediaFile } from "@baraza/engine";
import { useEffect, useRef, useState } from "preact/hooks";
import { BroughtPart as Part } from "../../features/brought/part.tsx";
import { Reading } from "../../features/brought/reading.tsx";
import { Media } from "../../features/media/media.tsx";
import { t } from "../../i18n/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { recall } from "../memory.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { createThumbnails } from "./files-reading.ts";

/** Messages that are read together, and pages that are kept. */
const PAGE = 200;
const KEPT = 12;

/** Give it a key for each conversation that was brought. */
export function BroughtReading({
  engine,
  spaceId,
  chat,
  message,
}: {
  engine: EnginePort;
  spaceId: string;
  chat: string;
  message: string | undefined;
}) {
  const now = useNow();
  const brought = useLive(engine.watch("brought.one", { spaceId, chat }), `brought ${chat}`);
  const [range, setRange] = useState<{ from: number; to: number }>();
  const [pages, setPages] = useState<ReadonlyMap<number, readonly BroughtMessage[]>>(new Map());
  const [place, setPlace] = useState<{ index: number; lit: string | null } | null>(null);
  const thumbnails = useRef<ReturnType<typeof createThumbnails>>(undefined);
  thumbnails.current ??= createThumbnails(engine);
  const picture = useRef((file: MediaFile) =>
    (thumbnails.current ?? createThumbnails(engine)).urlOf({
      ...file,
      versionId: file.versionId || undefined,
    }),
  );
  const first = range === undefined ? -1 : Math.floor(range.from / PAGE);
  const last = range === undefined ? -2 : Math.floor(range.to / PAGE);
  useEffect(() => {
    const ends: (() => void)[] = [];
    for (let page = Math.max(0, first); page <= last; page++)
      ends.push(
        engine.watch("brought.messages", { spaceId, chat, offset: page * PAGE, limit: PAGE })(
          (value) =>
            setPages((before) => {
              const kept = [...before].filter(([one]) => one !== page).slice(1 - KEPT);
              return new Map([...kept, [page, value.messages]]);
            }),
        ),
      );
    return () => ends.forEach((end) => end());
  }, [engine, spaceId, chat, first, last]);
  const find = async (where: { message: string } | { at: number }): Promise<void> => {
    const found = await engine.call("brought.place", { spaceId, chat, ...where });
    if (!found.ok || found.value.offset === null) toast({ text: t("chat.quoteFar") });
    else
      setPlace({
        index: found.value.offset,
        lit: "message" in where ? where.message : null,
      });
  };
  useEffect(() => {
    if (message !== undefined) void find({ message });
    // Once for each message that is opened.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [message]);
  if (brought === undefined) return <Skeleton label={t("ui.moment")} />;
  if (brought === null) return <EmptyState title={t("brought.gone")} />;
  return (
    <Reading
      brought={brought}
      total={brought.messages}
      at={(index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE]}
      pages={pages.size}
      place={place}
      now={now}
      onRange={(from, to) =>
        setRange((before) => (before?.from === from && before.to === to ? before : { from, to }))
      }
      onDay={(at) => void find({ at })}
      onJump={(id) => void find({ message: id })}
      onDelete={(messages) =>
        void engine.call("brought.delete", { spaceId, chat, messages }).then((result) => {
          if (!result.ok) toast({ text: failureText(result.failure) });
          else if (messages === undefined) go({ at: "space", spaceId });
        })
      }
      onBack={back}
      media={(one) => (
        <Files engine={engine} spaceId={spaceId} message={one} picture={picture.current} />
      )}
    />
  );
}

function Files({
  engine,
  spaceId,
  message,
  picture,
}: {
  engine: EnginePort;
  spaceId: string;
  message: BroughtMessage;
  picture: (file: MediaFile) => Promise<string | null>;
}) {
  const fileIds = message.files.map(({ fileId }) => fileId);
  const files = useLive(
    engine.watch("chat.media", { spaceId, fileIds }),
    `media ${fileIds.join(" ")}`,
  );
  const open = (fileId: string): void => go({ at: "file", spaceId, fileId });
  return (
    <Media
      media={{
        files: message.files.map(({ fileId, type }) => ({ fileId, type, width: 0, height: 0 })),
        voice: null,
        place: null,
        contact: null,
      }}
      files={files}
      authorName={message.name ?? ""}
      picture={picture}
      byItself={recall("data") !== "less"}
      onOpen={open}
      onDownload={({ fileId }) => open(fileId)}
    />
  );
}

/** What was brought into a space. */
export function BroughtPart({
  engine,
  spaceId,
  mayWrite,
}: {
  engine: EnginePort;
  spaceId: string;
  mayWrite: boolean;
}) {
  const brought = useLive(engine.watch("brought.list", { spaceId }), `brought of ${spaceId}`);
  if (brought === undefined) return null;
  return (
    <Part
      brought={brought}
      hrefOf={(chat) => hrefOf({ at: "brought", spaceId, chat })}
      bringHref={mayWrite ? hrefOf({ at: "bring" }) : null}
    />
  );
}

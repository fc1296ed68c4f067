/** Pictures, films, files, voice notes and places of messages, over the engine. Loaded with the first message that has some. */
import type { FileEntry, MediaFile } from "@baraza/engine";
import { useEffect, useMemo, useState } from "preact/hooks";
import { save, TooLargeToSave } from "../../content/save.ts";
import { ContactRow, Media, SendingLine, type SmallPicture } from "../../features/media/media.tsx";
import { troubleSentence } from "../../features/files/preview.tsx";
import { OnceRow } from "../../features/media/once.tsx";
import { VoiceNote } from "../../features/media/voice-note.tsx";
import { formatBytes, loadWords, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import { recall } from "../memory.ts";
import type { MessageMedia, MessageRow } from "../model.ts";
import { FilePreview } from "./files-preview.tsx";
import { createThumbnails, type ReadError, sourceOf, troubleIn } from "./files-reading.ts";
import { pickFiles } from "./media-pick.ts";
import { playerOf } from "./voice-player.ts";

const ContactCard = lazy(
  () =>
    Promise.all([import("./contact.tsx"), loadWords("contact")]).then(
      ([screens]) => screens.ContactCard,
    ),
  { aside: true },
);

export { OnceShown } from "./once.tsx";

const pictures = new WeakMap<EnginePort, SmallPicture>();
/** The tab's small pictures of messages: each is read once. */
function picturesOf(engine: EnginePort): SmallPicture {
  const known = pictures.get(engine);
  if (known !== undefined) return known;
  const { urlOf } = createThumbnails(engine);
  const made: SmallPicture = (file) => urlOf({ ...file, versionId: file.versionId || undefined });
  pictures.set(engine, made);
  return made;
}

export interface MediaOfProps {
  engine: EnginePort;
  spaceId: string;
  message: MessageRow;
  media: MessageMedia;
  /** The voice note that is heard after this one. */
  next: (message: MessageRow) => MessageRow | undefined;
  onOpen: (fileId: string) => void;
  /** It can be opened once. */
  onOnce: () => void;
}

/** What one message brought. */
export function MediaOf({ engine, spaceId, message, media, next, onOpen, onOnce }: MediaOfProps) {
  const fileIds = useMemo(() => media.files.map(({ fileId }) => fileId), [media.files]);
  const key = fileIds.join(" ");
  const files = useLive(engine.watch("chat.media", { spaceId, fileIds }), `media ${key}`);
  return (
    <>
      {media.once !== undefined ? (
        <OnceRow once={media.once} onOpen={onOnce} />
      ) : media.voice !== null && media.files[0] !== undefined ? (
        <Voice
          engine={engine}
          spaceId={spaceId}
          message={message}
          voice={media.voice}
          file={files?.[0]}
          next={next}
        />
      ) : (
        <Media
          media={media}
          files={files}
          authorName={message.authorName}
          picture={picturesOf(engine)}
          byItself={message.mine || recall("data") !== "less"}
          onOpen={onOpen}
          onDownload={(file) => void download(engine, file)}
        />
      )}
      {media.contact !== null && (
        <Contact engine={engine} contact={media.contact} senderName={message.authorName} />
      )}
      {message.outgoing !== undefined && (
        <Sending engine={engine} spaceId={spaceId} id={message.outgoing} />
      )}
    </>
  );
}

function Contact(props: {
  engine: EnginePort;
  contact: NonNullable<MessageMedia["contact"]>;
  senderName: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ContactRow contact={props.contact} onOpen={() => setOpen(true)} />
      {open && <ContactCard {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function Sending({ engine, spaceId, id }: { engine: EnginePort; spaceId: string; id: string }) {
  const all = useLive(engine.watch("chat.outgoing", { spaceId }), `outgoing ${spaceId}`);
  const one = all?.find((each) => each.id === id);
  return (
    <SendingLine
      outgoing={one}
      offline={engine.status.value.line !== "online"}
      onTakeBack={() => void engine.call("chat.takeBack", { spaceId, id }).then(tell)}
      onResume={(uploadId) => void engine.call("files.resume", { uploadId }).then(tell)}
      onChoose={(uploadId) =>
        pickFiles({ several: false }, ([content]) => {
          if (content) void engine.call("files.resume", { uploadId, content }).then(tell);
        })
      }
    />
  );
}

function Voice({
  engine,
  spaceId,
  message,
  voice,
  file,
  next,
}: {
  engine: EnginePort;
  spaceId: string;
  message: MessageRow;
  voice: NonNullable<MessageMedia["voice"]>;
  file: MediaFile | undefined;
  next: (message: MessageRow) => MessageRow | undefined;
}) {
  const player = playerOf(engine);
  const listened = useLive(engine.watch("chat.listened", { spaceId }), `listened ${spaceId}`);
  const now = player.state.value;
  const mine = now?.eventId === message.eventId ? now : null;
  const play = (): void => player.toggle(spaceId, message, next);
  return (
    <VoiceNote
      bars={voice.bars}
      durationMs={voice.durationMs}
      playing={mine === null ? null : { atMs: mine.atMs, paused: mine.paused, rate: mine.rate }}
      busy={file === undefined || file.state === "gone"}
      fresh={!message.mine && listened !== undefined && !listened.includes(message.eventId)}
      onToggle={play}
      onSeek={(ms) => {
        if (mine === null) play();
        player.seek(ms);
      }}
      onRate={() => player.faster()}
    />
  );
}

/** A file of a message over all of the screen; from there to the others of the message. */
export function MediaShown({
  engine,
  spaceId,
  media,
  fileId,
  onGo,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  media: MessageMedia;
  fileId: string;
  onGo: (fileId: string) => void;
  onClose: () => void;
}) {
  const fileIds = useMemo(() => media.files.map((one) => one.fileId), [media.files]);
  const files = useLive(
    engine.watch("chat.media", { spaceId, fileIds }),
    `media ${fileIds.join(" ")}`,
  );
  const entry = useLive(engine.watch("files.entry", { spaceId, fileId }), `entry ${fileId}`);
  const file = files?.find((one) => one.fileId === fileId);
  const gone = entry === null || file?.state === "gone";
  useEffect(() => {
    if (!gone) return;
    toast({ text: t("media.gone") });
    onClose();
    // Once, when it turns out.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [gone]);
  if (file === undefined || entry === undefined || entry === null || gone) return null;
  const shown: FileEntry = { ...entry, name: file.name, type: file.type, size: file.size };
  const at = fileIds.indexOf(fileId);
  const goTo = (to: string | undefined) => (to === undefined ? undefined : () => onGo(to));
  return (
    <FilePreview
      key={fileId}
      engine={engine}
      entry={shown}
      source={sourceOf(engine, shown, file.versionId || undefined)}
      before={goTo(fileIds[at - 1])}
      after={goTo(fileIds[at + 1])}
      onDownload={() => void download(engine, file)}
      onClose={onClose}
    />
  );
}

/** Bytes from which on a download says what it costs, and begins only when one says so. */
const DEAR = 10_000_000;

async function download(engine: EnginePort, file: MediaFile): Promise<void> {
  let told = false;
  const tellOnce = (why: ReadError): void => {
    if (!told) toast({ text: troubleSentence(troubleIn(why)) });
    told = true;
  };
  const begin = async (): Promise<void> => {
    try {
      await save(sourceOf(engine, file, file.versionId || undefined, tellOnce));
    } catch (error) {
      toast({
        text:
          error instanceof TooLargeToSave
            ? t("files.failure.tooLargeHere")
            : t("files.failure.other"),
      });
    }
  };
  if (file.size < DEAR) return begin();
  toast({
    text: t("files.cost", { size: formatBytes(file.size) }),
    action: { label: t("files.download"), run: () => void begin() },
  });
}

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

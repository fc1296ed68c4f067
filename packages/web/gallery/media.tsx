/** Messages with media, for the gallery: an album, a tall picture, a film that is gone, a file, voice notes, a place, one on its way. */
import type { MediaFile } from "@baraza/engine";
import type { MessageMedia, MessageRow } from "../src/app/model.ts";
import type { Deeper } from "../src/features/chat/deeper.ts";
import { ContactRow, Media, SendingLine } from "../src/features/media/media.tsx";
import { OnceRow, type OnceSeen, OnceShown } from "../src/features/media/once.tsx";
import { VoiceNote } from "../src/features/media/voice-note.tsx";
import { messages, now } from "./samples.ts";
import { deeper } from "./talk.ts";

const nothing = (): void => undefined;
const none: MessageMedia = { files: [], voice: null, place: null, contact: null };
const file = (fileId: string, type: string, width = 0, height = 0) => ({
  fileId,
  type,
  width,
  height,
});
const line = (
  author: string,
  text: string,
  media: MessageMedia,
  more: Partial<MessageRow> = {},
) => ({
  ...messages.find(({ authorId, notice }) => authorId === author && notice === null)!,
  eventId: `media-${text}-${media.files.length}-${media.once?.kind ?? ""}`,
  text,
  at: now - 60_000,
  replyTo: null,
  reactions: [],
  media,
  ...more,
});
const bars = Array.from({ length: 48 }, (_, index) => 60 + 190 * Math.abs(Math.sin(index / 3.1)));

export const linkSeen = {
  url: "https://assembly.example/agenda",
  title:
    "Agenda of the general assembly: the new market, the well, and who speaks for us in the council",
  description:
    "What we talk about, who brings it in, and how long it takes. Papers are there from Friday on.",
  site: "Assembly",
};

export const withMedia: MessageRow[] = [
  line("id-layla", "سوق السبت", {
    ...none,
    files: [
      file("green-stall.jpg", "image/jpeg", 640, 480),
      file("gold-maize.jpg", "image/jpeg", 480, 640),
      file("red-beans.jpg", "image/jpeg", 640, 640),
      file("film-of-the-square.mp4", "video/mp4", 1920, 1080),
      file("blue-well.jpg", "image/jpeg", 640, 480),
    ],
  }),
  line("id-layla", "", { ...none, files: [file("gone-1", "image/png", 900, 300)] }),
  line("id-layla", "", {
    ...none,
    voice: { bars, durationMs: 65_000 },
    files: [file("v", "audio/webm")],
  }),
  line("id-amina", "The minutes, as promised", {
    ...none,
    files: [file("Minutes of the general assembly, second part.pdf", "application/pdf")],
  }),
  line("id-amina", "", {
    ...none,
    place: { latitude: -1.29207, longitude: 36.82195, name: "Uhuru Park, north gate" },
  }),
  line("id-layla", "Tomorrow at nine: https://assembly.example/agenda", {
    ...none,
    link: linkSeen,
  }),
  line("id-amina", "", {
    ...none,
    contact: {
      address: "wanjiku@umoja.example",
      name: "Wanjikũ Mwangi",
      identityId: "ab".repeat(32),
      checked: true,
    },
  }),
  line("id-layla", "", {
    ...none,
    once: { kind: "picture", state: "closed", durationMs: 0 },
  }),
  line("id-layla", "", {
    ...none,
    once: { kind: "voice", state: "opened", durationMs: 21_000 },
  }),
  line("id-amina", "", { ...none, once: { kind: "film", state: "sent", durationMs: 0 } }),
  line(
    "id-amina",
    "On the bus",
    { ...none, files: [file("blue-bus.jpg", "image/jpeg", 480, 640)] },
    { outgoing: "o1", state: "waiting" },
  ),
];

const picture = (one: MediaFile): Promise<string> => {
  const [color = "grey"] = one.fileId.split("-");
  const canvas = document.createElement("canvas");
  canvas.width = 160;
  canvas.height = 120;
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = color === "film" ? "slategrey" : color;
    context.fillRect(0, 0, 160, 120);
    context.fillStyle = "#ffffff88";
    context.fillRect(30, 40, 60, 60);
  }
  return Promise.resolve(canvas.toDataURL());
};

export const mediaDeeper: Deeper = {
  ...deeper,
  media: (message, media) => (
    <>
      {media.once !== undefined ? (
        <OnceRow once={media.once} onOpen={nothing} />
      ) : media.voice === null ? (
        <Media
          media={media}
          files={media.files.map((one) => ({
            ...one,
            spaceId: "s1",
            versionId: "v",
            name: one.fileId,
            size: 1_234_567,
            durationMs: one.type.startsWith("video") ? 83_000 : 0,
            hasThumbnail: true,
            changedAt: now,
            state: one.fileId.startsWith("gone") ? "gone" : "there",
          }))}
          authorName={message.authorName}
          picture={picture}
          byItself
          onOpen={nothing}
          onDownload={nothing}
        />
      ) : (
        <VoiceNote
          bars={media.voice.bars}
          durationMs={media.voice.durationMs}
          playing={{ atMs: 24_000, paused: false, rate: 1.5 }}
          onToggle={nothing}
          onSeek={nothing}
          onRate={nothing}
        />
      )}
      {media.contact !== null && <ContactRow contact={media.contact} onOpen={nothing} />}
      {message.outgoing !== undefined && (
        <SendingLine
          outgoing={{
            id: "o1",
            at: now,
            text: "",
            thread: null,
            aside: false,
            channel: "",
            media,
            sending: [
              {
                uploadId: "u",
                state: "sending",
                done: 700_000,
                total: 1_234_567,
                failure: null,
                fileId: "blue-bus.jpg",
                name: "blue-bus.jpg",
              },
            ],
          }}
          offline={false}
          onTakeBack={nothing}
          onResume={nothing}
          onChoose={nothing}
        />
      )}
    </>
  ),
};

const drawn = (): string => {
  const canvas = document.createElement("canvas");
  canvas.width = 480;
  canvas.height = 640;
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "slategrey";
    context.fillRect(0, 0, 480, 640);
    context.fillStyle = "gold";
    context.fillRect(120, 200, 240, 240);
  }
  return canvas.toDataURL();
};
const oncePage = (seen: OnceSeen | undefined, kind: "picture" | "voice" = "picture") => (
  <OnceShown
    kind={kind}
    authorName="Layla"
    seen={seen}
    onShown={nothing}
    onBroken={nothing}
    onToggle={nothing}
    onSeek={nothing}
    onRate={nothing}
    onClose={nothing}
  />
);

export const onceScreens = {
  once: oncePage({ is: "picture", url: drawn(), caption: "The gate, as it is now. السوق مغلق" }),
  "once-voice": oncePage(
    { is: "voice", caption: "", bars, durationMs: 21_000, playing: null },
    "voice",
  ),
  "once-trouble": oncePage({ is: "trouble", trouble: "offline" }),
};

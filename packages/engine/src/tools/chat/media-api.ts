/** What a screen can ask of pictures, films, files, voice notes, places and contacts in messages. */
import type { Check } from "../../api.ts";
import type { Content, Prepared, Sending } from "../files/api.ts";

/** A file that a message brought, as its author's device described it: what a screen keeps room for before it is there. */
export type Attached = {
  fileId: string;
  /** Media type, as the author says. */
  type: string;
  /** Pixels; 0: not known. */
  width: number;
  height: number;
};

/** Loudness of a recording in equal parts of its time, each 0 to 255. */
export type Voice = { bars: number[]; durationMs: number };
/** Degrees. */
export type Place = { latitude: number; longitude: number; name: string };
/** Somebody, as the author of the message knows them: identity and `checked` (they compared numbers) are the author's claims. */
export type Contact = {
  address: string;
  name: string;
  identityId: string | null;
  checked: boolean;
};

/** What a link in a message leads to, as its author's node found it: what is said about it is what that page said of itself. */
export type LinkCard = {
  /** As it stands in the text. */
  url: string;
  title: string;
  description: string;
  /** What the page calls the whole of which it is a part; empty: nothing. */
  site: string;
};

/** Somebody whom one knows. */
export type KnownPerson = {
  identityId: string;
  name: string;
  address: string;
  check: Check;
  /** The conversation of the two; null: none. */
  spaceId: string | null;
};

/** What this device itself knows of a contact that was sent. */
export type ContactKnown = {
  /** The person of that identity; null: nobody whom one knows. */
  known: KnownPerson | null;
  you: boolean;
  /** Somebody else of whom one knows has this address: their name. */
  otherAddress: string | null;
};

/**
 * Something that can be opened once. `closed`: it can be opened here; `opened`: it was, on one of one's own devices; `sent`: one sent it oneself, and cannot open it;
 * `over`: it cannot be opened.
 */
export type Once = {
  kind: "picture" | "film" | "voice";
  state: "closed" | "opened" | "sent" | "over";
  /** Of a voice note. */
  durationMs: number;
};

/** What was opened, whole. */
export type OnceOpened = {
  kind: Once["kind"];
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  caption: string;
  width: number;
  height: number;
  voice: Voice | null;
};

/** What a message has beside its text. `voice`: its only file is a voice note. `once`, `link`: there is nothing else. */
export type MessageMedia = {
  files: Attached[];
  voice: Voice | null;
  place: Place | null;
  contact: Contact | null;
  once?: Once | undefined;
  link?: LinkCard | undefined;
};

/** A file of a message as it is now. */
export type MediaFile = Attached & {
  spaceId: string;
  /** The version that came with the message: later ones are not what was said. Empty while it is on its way from here. */
  versionId: string;
  name: string;
  size: number;
  durationMs: number;
  hasThumbnail: boolean;
  changedAt: number;
  /** `gone`: deleted for good, or not on this device (yet). */
  state: "there" | "coming" | "gone";
};

/** A message that waits on this device until its files are at the hub. */
export type Outgoing = {
  id: string;
  at: number;
  text: string;
  thread: string | null;
  /** It stands in its thread alone. */
  aside: boolean;
  /** Empty: the first. */
  channel: string;
  media: MessageMedia;
  /** Of each file that is not wholly there: how far it has come. */
  sending: (Sending & { fileId: string; name: string })[];
};

type SpaceId = { spaceId: string };
/** One channel of a space; none: the first. */
type InChannel = SpaceId & { channel?: string | undefined };

export type MediaCommands = {
  /**
   * Sends a message with files. It is noted when this resolves, and goes by itself once the files are at the hub; see `chat.outgoing`.
   * Files are kept in a folder of the space, which is called `folderName` where it has to be made.
   */
  "chat.attach": (
    args: InChannel & {
      text: string;
      files: {
        name: string;
        content: Content;
        prepared: Prepared;
        changedAt?: number | undefined;
      }[];
      voice?: Voice | undefined;
      /** A single picture, film or voice note, which can be opened once and is no file of the space. @throws EngineError `too_large` */
      once?: boolean | undefined;
      replyTo?: string | undefined;
      mentions?: string[] | undefined;
      thread?: string | undefined;
      also?: boolean | undefined;
      folderName: string;
    },
  ) => Promise<{ id: string }>;
  /** Takes back a message whose files are on their way. */
  "chat.takeBack": (args: SpaceId & { id: string }) => Promise<void>;
  "chat.sendPlace": (args: InChannel & { place: Place }) => Promise<{ eventId: string }>;
  /** Sends the card of somebody whom one knows. @throws EngineError `invalid` for somebody else */
  "chat.sendContact": (
    args: InChannel & { identityId: string; replyTo?: string | undefined },
  ) => Promise<{ eventId: string }>;
  /**
   * Has one's own node look a link up, for {@link MediaCommands} `chat.send` to say with it. The node learns the link, and nobody else who asks.
   * @returns null: the node looks nothing up
   * @throws EngineError `invalid`: no link that can be looked up; ProtocolError `not_found`: nothing is said there, `target_refused`,
   * `target_unreachable`, `timeout`, `rate_limited`, `busy`
   */
  "chat.lookUp": (args: { url: string }) => Promise<LinkCard | null>;
  /** Reads what can be opened once. It can be read until {@link MediaCommands} `chat.spendOnce`. @throws EngineError `invalid`: it cannot be opened; `offline`, `blob_missing` */
  "chat.openOnce": (args: SpaceId & { eventId: string }) => Promise<OnceOpened>;
  /** It was looked at: this device and one's others forget what opens it. */
  "chat.spendOnce": (args: SpaceId & { eventId: string }) => Promise<void>;
  /** Notes on this device that a voice note was listened to. */
  "chat.markListened": (args: SpaceId & { eventId: string }) => Promise<void>;
};

export type MediaLive = {
  /** Files of a message, in the order that was asked for. */
  "chat.media": { args: SpaceId & { fileIds: string[] }; value: MediaFile[] };
  /** Messages of this device that wait for their files, the oldest first. */
  "chat.outgoing": { args: SpaceId; value: Outgoing[] };
  /** Everybody whom one knows and could give on, by name. */
  "chat.contacts": { args: Record<string, never>; value: KnownPerson[] };
  /** What one knows of a contact that was sent. */
  "chat.contact": { args: { contact: Contact }; value: ContactKnown };
  /** Voice notes that were listened to on this device: ids of messages. */
  "chat.listened": { args: SpaceId; value: string[] };
};

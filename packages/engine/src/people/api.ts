/** What screens ask about people, roles and ways in. */
import type { Bytes } from "@baraza/protocol";
import type { Check } from "../api.ts";
import type { GroupCommands, GroupLive } from "./groups-api.ts";
import type { MemberRole } from "./rules.ts";

type SpaceId = { spaceId: string };

/** A link into a space that this device has made. */
export type WayIn = {
  linkId: string;
  /** Path and fragment, after the node's origin; null when it is over. */
  link: string | null;
  made: number;
  expires: number;
  /** How many people have asked by it, and how many may; null: any number. */
  used: number;
  most: number | null;
  approval: boolean;
  role: "guest" | "observer" | null;
  state: "open" | "ended" | "expired" | "used";
};

/** Somebody who waits to be let in. */
export type Asking = {
  askId: string;
  identityId: string;
  name: string;
  address: string;
  check: Check;
  at: number;
  /** Whose link they came by. */
  by: string;
  role: "moderator" | "guest" | "observer" | null;
};

export type SpaceRules = {
  /** Only those who lead and moderators write. */
  announce: boolean;
  /** Only they let people in. */
  approve: boolean;
  about: string;
  myRole: MemberRole;
  mayWrite: boolean;
  mayInvite: boolean;
  /** When the time of guests ends, by identity, ms since 1970. */
  ends: Record<string, number>;
  banned: { identityId: string; name: string; address: string }[];
};

/** What a member has told this account, as one who keeps order. */
export type Report = {
  reportId: string;
  by: string;
  person: { identityId: string; name: string };
  /** The message that it is about, if it is about one: its beginning is empty where it was deleted or is not here. */
  message: { eventId: string; text: string } | null;
  note: string;
  at: number;
};

export type PeopleCommands = {
  /**
   * Tells those who keep order about a person, sealed to each of them, with the message only where one says so.
   * @throws EngineError `invalid` where there is nobody to tell
   */
  "space.report": (
    args: SpaceId & { identityId: string; eventId?: string | undefined; note: string },
  ) => Promise<void>;
  /** Takes a report off this device's list. */
  "space.dismissReport": (args: { reportId: string }) => Promise<void>;
  /** Ends a link: whoever has it comes in no more. */
  "space.endLink": (args: { linkId: string }) => Promise<void>;
  /** Lets people in who asked, or tells them no. @throws EngineError `not_steward` */
  "space.answerAsks": (args: SpaceId & { askIds: string[]; accept: boolean }) => Promise<void>;
  /** @throws EngineError `not_steward` */
  "space.setRules": (
    args: SpaceId & { announce?: boolean | undefined; approve?: boolean | undefined },
  ) => Promise<void>;
  /** What a space says of itself. @throws EngineError `may_not_write`, `invalid` */
  "space.setAbout": (args: SpaceId & { text: string }) => Promise<void>;
  /** A small still picture (WebP, JPEG, PNG); null: none. @throws EngineError `may_not_write`, `invalid` */
  "space.setPicture": (args: SpaceId & { picture: Bytes | null }) => Promise<void>;
  /** The picture as it is now; null: it has none that can be shown. */
  "space.picture": (
    args: SpaceId,
  ) => Promise<{ pictureId: string; type: string; bytes: Bytes } | null>;
  /** Takes somebody out who does not come in again by any link. @throws EngineError `not_steward`, `invalid` */
  "space.ban": (args: SpaceId & { identityId: string }) => Promise<void>;
  /** @throws EngineError `not_steward` */
  "space.unban": (args: SpaceId & { identityId: string }) => Promise<void>;
} & GroupCommands;

export type PeopleLive = {
  "space.reports": { args: SpaceId; value: Report[] };
  "space.links": { args: SpaceId; value: WayIn[] };
  /** Empty for those who do not decide. */
  "space.asks": { args: SpaceId; value: Asking[] };
  "space.rules": { args: SpaceId; value: SpaceRules };
} & GroupLive;

/** What a space says of itself, and who asks to come in. */
import {
  bytes,
  bytes16,
  bytes32,
  LIMITS,
  object,
  profile,
  reply,
  text,
  time,
} from "@baraza/protocol";
import * as v from "valibot";
import { GROUP_EVENTS } from "./groups.ts";
import { LISTED_ROLES } from "./rules.ts";

export const ABOUT_LENGTH = 1000;
/** A picture that was made small: with the rest of its entry it fits into the padding that any entry may have. */
export const PICTURE_BYTES = 12 * 1024;

/** Somebody who has a link and is to be looked at first, as they asked the device that gave it out. */
export const askedToCome = object({
  identityId: bytes32,
  cardId: bytes16,
  profile,
  reply,
  keyPackages: v.pipe(v.array(bytes(LIMITS.keyPackageBytes)), v.minLength(1), v.maxLength(4)),
  /** What the link makes of those who come by it. */
  role: v.optional(v.picklist(LISTED_ROLES)),
  until: v.optional(time),
});
export type AskedToCome = v.InferOutput<typeof askedToCome>;

export const PEOPLE_EVENTS = {
  ...GROUP_EVENTS,
  "space.about": { version: 1, schema: object({ text: text(ABOUT_LENGTH) }) },
  /** The space's picture; null: it has none. */
  "space.picture": {
    version: 1,
    schema: object({ picture: v.nullable(bytes(PICTURE_BYTES)) }),
  },
  "space.ask": { version: 1, schema: askedToCome },
  /** The word of somebody who keeps order on it; whoever said yes lets them in. The first one counts. */
  "space.asked": { version: 1, schema: object({ ask: bytes16, accept: v.boolean() }) },
} as const;

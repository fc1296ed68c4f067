/** The client without a screen: local store, sync, spaces and one folder per tool. */
export type * from "./admin/api.ts";
export * from "./api.ts";
export * from "./engine.ts";
export * from "./errors.ts";
export type * from "./devices/api.ts";
export * from "./moving/api.ts";
export type * from "./leading/api.ts";
export type * from "./mirrors/api.ts";
export type * from "./news/api.ts";
export type * from "./notifications/api.ts";
export type * from "./people/api.ts";
export type { WorkingGroup } from "./people/groups-api.ts";
export type { MemberRole } from "./people/rules.ts";
export type * from "./recovery/api.ts";
export type * from "./requests/api.ts";
export type * from "./sharing/api.ts";
export * from "./ports.ts";
export type * from "./later/api.ts";
export type * from "./lists/api.ts";
export type * from "./weekly/api.ts";
export type * from "./search/api.ts";
export type * from "./signals/api.ts";
export type * from "./vanish/api.ts";
export type * from "./slots/api.ts";
export type * from "./tools/brought/api.ts";
export type * from "./tools/chat/api.ts";
export type { Channel } from "./tools/chat/channel-api.ts";
export type {
  ContactKnown,
  KnownPerson,
  LinkCard,
  MediaFile,
  MessageMedia,
  Once,
  OnceOpened,
  Outgoing,
} from "./tools/chat/media-api.ts";
export type { OwnEmoji } from "./tools/chat/own-emoji-api.ts";
export * from "./tools/files/api.ts";
export type * from "./tools/marks/api.ts";
export type * from "./trust/api.ts";
export type * from "./tools/tool.ts";
export type * from "./ways/api.ts";

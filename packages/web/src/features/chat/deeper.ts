/** What one can do with a message beside answering, changing and deleting it. */
import type { ComponentChildren } from "preact";
import type { MessageMedia, MessageRow } from "../../app/model.ts";
import type { MenuItem } from "../../ui/menu.tsx";

export interface Deeper {
  /** One leads the conversation (both do, in one of two). */
  leads: boolean;
  /** One may react, also where one may not write. */
  mayReact?: boolean;
  /** The messages are those of a thread already. */
  inThread?: boolean;
  threadHref: (root: string) => string;
  onThread: (root: string) => void;
  /** Where messages stand that somebody brought from another service. */
  broughtHref: (chat: string) => string;
  /** One keeps order in a group: what others wrote can be deleted for all. */
  mayRemove?: boolean;
  /** Tells those who keep order about somebody's message; absent for those, and in conversations of two. */
  onReport?: (message: MessageRow) => void;
  onForward: (message: MessageRow) => void;
  onHistory: (message: MessageRow) => void;
  onPin: (eventId: string, on: boolean) => void;
  onVote: (eventId: string, choices: string[]) => void;
  onAddChoice: (eventId: string, text: string) => void;
  onEndPoll: (eventId: string) => void;
  /** What one can bring into a message's thread, beside words. */
  addsIn: (root: string) => MenuItem[];
  /** What a message has beside its text, to be put into the room that is kept for it. */
  media: (message: MessageRow, media: MessageMedia) => ComponentChildren;
}

/** Which notifications to show when what is unread changes. Pure, so that it can be tested without a browser. */
import type { ConversationNews, News } from "@baraza/engine";

export type Telling =
  | { kind: "conversation"; news: ConversationNews }
  /** Too much at once: that there is something, and in how many conversations. */
  | { kind: "many"; count: number };

export type Step = {
  /** To show, in order. */
  tell: Telling[];
  /** Conversations whose notification is out of date: everything in them is read. */
  clear: string[];
};

/** More conversations than this with something new at once are one notification. */
const AT_ONCE = 3;

export type Teller = {
  /** What is to be done now that this is unread; `inSight`: conversations that somebody looks at. */
  next: (news: News, inSight: ReadonlySet<string>) => Step;
};

/** @param start what is unread at the start: it is not told, the list shows it */
export function createTeller(start: News): Teller {
  const positions = new Map(
    start.conversations.map(({ spaceId, newest }) => [spaceId, newest.position]),
  );
  let before = new Set(positions.keys());
  return {
    next: ({ conversations }, inSight) => {
      const fresh = conversations.filter(
        ({ spaceId, newest }) => newest.position > (positions.get(spaceId) ?? -1),
      );
      for (const { spaceId, newest } of fresh) positions.set(spaceId, newest.position);
      const unread = new Set(conversations.map(({ spaceId }) => spaceId));
      const clear = [...before].filter((spaceId) => !unread.has(spaceId));
      before = unread;
      const wanted = fresh.filter(({ spaceId }) => !inSight.has(spaceId));
      const tell: Telling[] =
        wanted.length > AT_ONCE
          ? [{ kind: "many", count: wanted.length }]
          : // Oldest first: the newest ends on top.
            wanted.toReversed().map((news) => ({ kind: "conversation", news }));
      return { tell, clear };
    },
  };
}

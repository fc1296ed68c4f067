/** What of a conversation can be found: each message as it shows now. */
import { placesJson } from "../../search/port.ts";
import type { FindableSource, Has } from "../../search/port.ts";

const LINK = /https?:\/\/\S/;

export const chatFindable: readonly FindableSource[] = [
  {
    kind: "message",
    table: "chat_messages",
    space: "r.log_id",
    ref: "r.event_id",
    at: "r.at",
    watch: ["text", "deleted", "at", "author"],
    async read(db, places) {
      const rows = await db.all<{
        log_id: string;
        event_id: string;
        author: string;
        at: number;
        text: string;
      }>(
        `SELECT m.log_id, m.event_id, m.author, m.at, m.text FROM json_each(?) j
         CROSS JOIN chat_messages m ON m.log_id = j.value ->> 0 AND m.event_id = j.value ->> 1
         WHERE m.deleted = 0 AND m.text <> ''`,
        [placesJson(places)],
      );
      return rows.map(({ log_id, event_id, author, at, text }) => ({
        spaceId: log_id,
        ref: event_id,
        author,
        at,
        text,
        has: LINK.test(text) ? (["link"] satisfies Has[]) : [],
      }));
    },
  },
];

/** What of brought messages can be found: their words, and the names that they are by. Nobody in the space is their author. */
import { placesJson } from "../../search/port.ts";
import type { FindableSource, Has } from "../../search/port.ts";

/** The id of a found message: the brought conversation's (48 digits), then its own (16). */
const REF = "r.chat || r.msg";
const LINK = /https?:\/\/\S/;

export const broughtFindable: readonly FindableSource[] = [
  {
    kind: "brought",
    table: "brought_messages",
    space: "r.log_id",
    ref: REF,
    at: "r.at",
    watch: ["text", "name", "at"],
    async read(db, places) {
      const rows = await db.all<{
        log_id: string;
        ref: string;
        at: number;
        name: string | null;
        text: string;
      }>(
        `SELECT m.log_id, m.chat || m.msg AS ref, m.at, m.name, m.text FROM json_each(?) j
         CROSS JOIN brought_messages m ON m.log_id = j.value ->> 0
           AND m.chat = substr(j.value ->> 1, 1, 48) AND m.msg = substr(j.value ->> 1, 49)
         WHERE m.text <> ''`,
        [placesJson(places)],
      );
      return rows.map(({ log_id, ref, at, name, text }) => ({
        spaceId: log_id,
        ref,
        author: "",
        at,
        ...(name === null ? {} : { name }),
        text,
        has: LINK.test(text) ? (["link"] satisfies Has[]) : [],
      }));
    },
  },
];

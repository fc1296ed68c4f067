/** What of a conversation can be found: each message as it shows now. */
import { placesJson } from "../../search/port.ts";
import type { FindableSource, Has } from "../../search/port.ts";
import { placeIn } from "../marks/registers.ts";
import { mediaOf, mediaShown } from "./media.ts";
import type { MessageMedia } from "./media-api.ts";

const LINK = /https?:\/\/\S/;

export const chatFindable: readonly FindableSource[] = [
  {
    kind: "message",
    table: "chat_messages",
    space: "r.log_id",
    ref: "r.event_id",
    at: "r.at",
    watch: ["text", "deleted", "at", "author", "channel"],
    async read(db, places) {
      const rows = await db.all<{
        log_id: string;
        event_id: string;
        author: string;
        at: number;
        text: string;
        media: string | null;
        channel: string;
      }>(
        // A poll is found by what it asks and by the choices that it began with.
        `SELECT m.log_id, m.event_id, m.author, m.at, m.media, m.channel,
           m.text || COALESCE((SELECT char(10) || group_concat(c.value, char(10)) FROM json_each(k.choices) c), '') AS text
         FROM json_each(?) j
         CROSS JOIN chat_messages m ON m.log_id = j.value ->> 0 AND m.event_id = j.value ->> 1
         LEFT JOIN chat_polls k ON m.poll = 1 AND k.log_id = m.log_id AND k.event_id = m.event_id
         WHERE m.deleted = 0 AND (m.text <> '' OR (m.media IS NOT NULL AND m.media ->> '$.once' IS NULL))`,
        [placesJson(places)],
      );
      return rows.map(({ log_id, event_id, author, at, text, channel, ...row }) => {
        const media = mediaOf(row.media);
        return {
          spaceId: log_id,
          ref: event_id,
          author,
          at,
          text: [text, ...wordsOf(mediaShown(row.media, text))]
            .filter((one) => one !== "")
            .join("\n"),
          ...(channel === "" ? {} : { within: placeIn(log_id, channel) }),
          has: [...(LINK.test(text) ? (["link"] satisfies Has[]) : []), ...kindsOf(media)],
        };
      });
    },
  },
];

/** What a place that was sent is called, who a person is that was, and what a link leads to. */
function wordsOf(media: MessageMedia | null): string[] {
  const { place = null, contact = null, link } = media ?? {};
  return [
    place?.name ?? "",
    contact?.name ?? "",
    contact?.address ?? "",
    link?.title ?? "",
    link?.site ?? "",
  ];
}

/** What a message is found by for its files; a file without words is found as a file, by its name. */
function kindsOf(media: MessageMedia | null): Has[] {
  const kinds = new Set<Has>();
  for (const { type } of media?.files ?? []) {
    kinds.add("file");
    if (type.startsWith("image/")) kinds.add("picture");
    else if (type.startsWith("video/")) kinds.add("video");
    else if (type.startsWith("audio/")) kinds.add("audio");
  }
  return [...kinds];
}

/** Messages in a few words, for those who hear them. */
import type { MessageRow } from "../../app/model.ts";
import { formatTime } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";

/** Characters of a message that name it, and that are read when it comes. */
const NAME = 60;
const READ = 400;
/** So many that come together are read one by one; of more it is said how many. */
const MOST = 3;

/** Whose it is: one's own are yours. */
export function authorOf({ mine, authorName }: MessageRow): string {
  return mine ? t("talk.you") : authorName;
}

/** What it says, or what it is where it has no words. */
export function gistOf(message: MessageRow, length = NAME): string {
  // Whole characters, of which some take two places.
  const signs = Array.from(message.text.slice(0, 2 * length + 2));
  if (signs.length > length) return `${signs.slice(0, length).join("").trimEnd()}…`;
  return message.text !== "" ? message.text : (kindOf(message) ?? formatTime(message.at));
}

function kindOf({ media, poll }: MessageRow): string | undefined {
  const [file] = media?.files ?? [];
  if (media?.voice) return t("talk.gist.voice");
  if (media?.place) return t("talk.addPlace");
  if (media?.contact) return t("talk.addContact");
  if (file?.type.startsWith("image/")) return t("talk.gist.picture");
  if (file?.type.startsWith("video/")) return t("talk.gist.film");
  return file ? t("talk.gist.file") : poll ? t("talk.poll") : undefined;
}

/**
 * What others have written since: those behind the last one that is known. None where the last one is known, as when an older
 * page comes or the newest goes.
 * @param known what was there before; undefined when the conversation opens
 */
export function arrived(
  known: ReadonlySet<string> | undefined,
  messages: readonly MessageRow[],
): readonly MessageRow[] {
  const last = messages.findLastIndex(({ eventId }) => known?.has(eventId));
  if (known === undefined || (last < 0 && known.size > 0)) return [];
  return messages
    .slice(last + 1)
    .filter(({ mine, notice, deleted }) => !mine && !notice && !deleted);
}

/** What is read out when these have come. */
export function readOut(came: readonly MessageRow[]): string {
  if (came.length > MOST) return t("list.unread", { count: came.length });
  return came
    .map((one) => t("chat.said", { name: one.authorName, text: gistOf(one, READ) }))
    .join(" ");
}

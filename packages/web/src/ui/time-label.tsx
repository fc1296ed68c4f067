import { formatMoment, formatRecent, formatTime } from "../i18n/dates.ts";

/** An instant (ms since 1970), short for the eye, complete for screen readers and on hover. */
export function TimeLabel({
  at,
  now,
  style,
}: {
  at: number;
  now?: number;
  style: "time" | "recent";
}) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatMoment(at)}>
      {style === "time" ? formatTime(at) : formatRecent(at, now ?? Date.now())}
    </time>
  );
}

/**
 * Times as people say them, in the reader's language, calendar and zone. All instants are
 * milliseconds since 1970 (UTC); `now` is handed in so that tests and lists agree on one moment.
 */
import { currentTag, t } from "./index.ts";

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = currentTag() + JSON.stringify(options);
  let made = cache.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(currentTag(), options);
    cache.set(key, made);
  }
  return made;
}

/** The reader's local day of an instant as a number that grows by one per day. */
export function dayNumber(at: number): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** "14:05" */
export function formatTime(at: number): string {
  return formatter({ hour: "numeric", minute: "2-digit" }).format(at);
}

/** "Monday, 3 March 2025 at 14:05": for tooltips and screen readers. */
export function formatMoment(at: number): string {
  return formatter({ dateStyle: "full", timeStyle: "short" }).format(at);
}

/** "Today", "Yesterday", a weekday within the last week, else the date. */
export function formatDay(at: number, now: number): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (ago === 0) return t("time.today");
  if (ago === 1) return t("time.yesterday");
  if (ago > 1 && ago < 7) return formatter({ weekday: "long" }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return formatter({
    day: "numeric",
    month: "long",
    ...(sameYear ? { weekday: "long" } : { year: "numeric" }),
  }).format(at);
}

/** The same within a sentence, and tomorrow by its name: "Added today", "ends tomorrow". */
export function formatDayWithin(at: number, now: number): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (Math.abs(ago) > 1) return formatDay(at, now);
  return new Intl.RelativeTimeFormat(currentTag(), { numeric: "auto" }).format(-ago, "day");
}

/** For a list of conversations: the time today, a short weekday this week, else a short date. */
export function formatRecent(at: number, now: number): string {
  const ago = dayNumber(now) - dayNumber(at);
  if (ago <= 0) return formatTime(at);
  if (ago === 1) return t("time.yesterday");
  if (ago < 7) return formatter({ weekday: "short" }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return formatter(sameYear ? { day: "numeric", month: "short" } : { dateStyle: "short" }).format(
    at,
  );
}

const SPANS = [
  ["week", 7 * 24 * 60 * 60_000],
  ["day", 24 * 60 * 60_000],
  ["hour", 60 * 60_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** "4 weeks", "90 minutes": how long something lasts, in the largest unit that fits without a rest. */
export function formatSpan(ms: number): string {
  const [unit, length] = SPANS.find(([, one]) => ms >= one && ms % one === 0) ?? SPANS[4];
  const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(currentTag(), style).format(ms / length);
}

/** "in 3 days", "in 5 hours": until a coming instant, in the largest unit that fits. */
export function formatUntil(at: number, now: number): string {
  const minutes = Math.max(1, Math.round((at - now) / 60_000));
  const relative = new Intl.RelativeTimeFormat(currentTag(), { numeric: "always" });
  if (minutes < 60) return relative.format(minutes, "minute");
  if (minutes < 48 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / 1440), "day");
}

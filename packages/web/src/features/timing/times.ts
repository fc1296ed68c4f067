/** Times that one may choose for a message, in the time zone of this device. */

export interface Choice {
  kind: "evening" | "morning" | "monday";
  at: number;
}

const EVENING = 18;
const MORNING = 8;
/** A time that is nearer than that is not offered, ms. */
const NEAR = 30 * 60_000;

/** @param now ms since 1970 */
export function choicesAt(now: number): Choice[] {
  const today = new Date(now);
  const on = (days: number, hour: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + days, hour).getTime();
  const toMonday = (8 - today.getDay()) % 7 || 7;
  const all: Choice[] = [
    { kind: "evening", at: on(0, EVENING) },
    { kind: "morning", at: on(1, MORNING) },
    { kind: "monday", at: on(toMonday, MORNING) },
  ];
  return all.filter(
    ({ at, kind }) => at > now + NEAR && (kind !== "monday" || at !== on(1, MORNING)),
  );
}

/** What a field of date and time shows: `2026-11-23T18:00`, by the clock of this device. */
export function asField(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

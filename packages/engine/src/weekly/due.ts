/** When a weekly letter is due, by the clock and in the time zone of this device. */

/** `day` 0: Sunday; `hour` 0 to 23. */
export type When = { day: number; hour: number };

/** Monday morning. */
export const USUAL: When = { day: 1, hour: 8 };

/** The last time that it was due, ms since 1970; `now` itself is one. */
export function lastDue(now: number, { day, hour }: When): number {
  const today = new Date(now);
  const back = (today.getDay() - day + 7) % 7;
  const at = (days: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - days, hour).getTime();
  return at(back) <= now ? at(back) : at(back + 7);
}

/** A week after it was due, at the same hour, whatever was done to the clocks between. */
export function nextDue(due: number): number {
  const then = new Date(due);
  return new Date(
    then.getFullYear(),
    then.getMonth(),
    then.getDate() + 7,
    then.getHours(),
  ).getTime();
}

/** What the letter of that day is called on all of one's devices: `2026-11-23`. */
export function letterIdOf(due: number): string {
  const then = new Date(due);
  const two = (n: number): string => String(n).padStart(2, "0");
  const year = String(then.getFullYear()).padStart(4, "0");
  return `${year}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

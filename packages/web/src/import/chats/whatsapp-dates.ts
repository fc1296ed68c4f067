/**
 * Dates in WhatsApp's exports. They are written as the phone's region writes them, and the file does not say which that is: digits
 * of several scripts, days or months first, twelve or twenty-four hours, years of the Buddhist calendar. What all lines of a
 * file say together decides it.
 */
import type { Wall } from "./model.ts";

/** A date and a time as they stand there: three numbers in their order, and a clock time. */
export interface Stamp {
  numbers: readonly [number, number, number];
  /** The first number has four digits. */
  yearFirst: boolean;
  separator: string;
  /** A number is written with a zero before it. */
  padded: boolean;
  time: readonly [number, number, number];
  half: "am" | "pm" | null;
}

const UNSEEN = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const SPACES = /[\u00a0\u202f\u2009]/g;
const STAMP =
  /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})[.,،]?([^\d]{1,24}?)(\d{1,2})[:.٫](\d{2})(?:[:.٫](\d{2}))?([^\d]{0,24})$/u;
const PM = /p\.?\s?m|下午|晚上|中午|오후|午後|अपराह्न|অপরাহ্ণ|বিকাল|ত্তে|หลังเที่ยง|م|ب\.ظ|μ\.μ|ch$/iu;
const AM = /a\.?\s?m|上午|凌晨|早上|오전|午前|पूर्वाह्न|পূর্বাহ্ণ|ก่อนเที่ยง|ص|ق\.ظ|π\.μ|sa$/iu;

/** Digits of every script as ASCII: scripts have their ten in a row, beginning at a multiple of what they begin at. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    if (digit >= "0" && digit <= "9") return digit;
    const code = digit.codePointAt(0) ?? 0;
    let zero = code;
    while (zero > 0 && code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(code - zero);
  });
}

/** Reads a date and time; null: it is none. */
export function stampOf(text: string): Stamp | null {
  const found = STAMP.exec(asciiDigits(text.replace(UNSEEN, "").replace(SPACES, " ").trim()));
  if (found === null) return null;
  const [, a = "", separator = "", b = "", c = "", between = "", h, m, s = "0", after = ""] = found;
  const time = [Number(h), Number(m), Number(s)] as const;
  if (time[0] > 24 || time[1] > 59 || time[2] > 59) return null;
  const marks = `${between} ${after}`;
  return {
    numbers: [Number(a), Number(b), Number(c)],
    yearFirst: a.length === 4,
    separator,
    padded: [a, b].some((part) => part.length === 2 && part.startsWith("0")),
    time,
    half: AM.test(marks) ? "am" : PM.test(marks) ? "pm" : null,
  };
}

export type Order = "dmy" | "mdy" | "ymd";

/** In which order a file's dates are written, by all of them. */
export function orderOf(stamps: readonly Stamp[]): Order {
  if (stamps.some(({ yearFirst }) => yearFirst)) return "ymd";
  const days = stamps.filter(({ numbers: [a] }) => a > 12).length;
  const months = stamps.filter(({ numbers: [, b] }) => b > 12).length;
  if (days !== months) return days > months ? "dmy" : "mdy";
  // Messages stand in the order of their times: the reading that goes back less often is the right one.
  const back = (order: Order): number => {
    let last = 0;
    let count = 0;
    for (const stamp of stamps) {
      const [year, month, day] = wallOf(stamp, order);
      const at = (year * 100 + month) * 100 + day;
      if (at < last) count += 1;
      last = at;
    }
    return count;
  };
  const [dmy, mdy] = [back("dmy"), back("mdy")];
  if (dmy !== mdy) return dmy < mdy ? "dmy" : "mdy";
  const first = stamps[0];
  // Where months come first, it is with a slash, twelve hours and no zeros.
  const american =
    first !== undefined &&
    first.separator === "/" &&
    stamps.some(({ half }) => half !== null) &&
    !stamps.some(({ padded }) => padded);
  return american ? "mdy" : "dmy";
}

/** The wall clock's time that a stamp says. */
export function wallOf({ numbers: [a, b, c], time, half }: Stamp, order: Order): Wall {
  const [year, month, day] = order === "ymd" ? [a, b, c] : order === "dmy" ? [c, b, a] : [c, a, b];
  const full = year < 100 ? 2000 + year : year > 2400 ? year - 543 : year;
  const hour = half === null ? time[0] % 24 : (time[0] % 12) + (half === "pm" ? 12 : 0);
  return [full, month, day, hour, time[1], time[2]];
}

/** When that was, on this device's clock; null: no calendar has it. */
export function atOf([year, month, day, hour, minute, second]: Wall): number | null {
  if (month < 1 || month > 12 || day < 1 || day > 31 || year < 2000 || year > 2200) return null;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}

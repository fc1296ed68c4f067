import { expect, test } from "vitest";
import { decode } from "./qr-decode.ts";
import { encode } from "./qr-encode.ts";

/** What a camera sees of a code: grey where there is no paper, `unit` pixels to a module. */
function picture(text: string, unit: number): Parameters<typeof decode>[0] {
  const rows = encode(text, 3);
  const side = rows.size * unit + 40;
  const data = new Uint8ClampedArray(side * side * 4).fill(170);
  rows.data.forEach((row, y) =>
    row.forEach((dark, x) => {
      for (let at = 0; at < unit * unit; at++) {
        const [down, right] = [Math.trunc(at / unit), at % unit];
        const pixel = ((20 + y * unit + down) * side + 20 + x * unit + right) * 4;
        data.fill(dark ? 20 : 235, pixel, pixel + 3);
      }
    }),
  );
  return { width: side, height: side, data };
}

test("what is drawn is read, whatever it says", () => {
  const long = `https://a.example/add-device#ABCD2345.${"Ab_-9".repeat(16)}`;
  for (const text of [long, "1234567890", "BARAZA", "baraza:person:é:ليلى@عقدة.مثال"])
    for (const unit of [3, 4, 7]) expect(decode(picture(text, unit))).toBe(text);
});

test("a picture without a code has none", () => {
  const data = new Uint8ClampedArray(320 * 240 * 4).map((_, at) => (at * 2654435761) >>> 24);
  expect(decode({ width: 320, height: 240, data })).toBeUndefined();
  expect(decode({ width: 320, height: 240, data: data.fill(0) })).toBeUndefined();
});

test("a code of which a third is torn away is not read as something else", () => {
  const whole = picture("https://a.example/add-device#ABCD2345", 4);
  whole.data.fill(255, 0, Math.trunc(whole.data.length / 3));
  expect(decode(whole)).toBeUndefined();
});

import { expect, test } from "vitest";
import { roomFor } from "./media-size.ts";

const picture = (width: number, height: number, type = "image/jpeg") => ({
  fileId: `${width}x${height}`,
  type,
  width,
  height,
});

test("a picture gets the room of its shape, within bounds that no false size can leave", () => {
  expect(roomFor([picture(400, 300)])).toBeCloseTo(4 / 3);
  expect(roomFor([picture(1, 100_000)])).toBe(0.62);
  expect(roomFor([picture(100_000, 1)])).toBe(2.4);
  expect(roomFor([picture(0, 0)])).toBeCloseTo(4 / 3);
});

test("an album is a grid whatever its pictures are like; files that cannot be looked at take none of it", () => {
  expect(roomFor([picture(1, 9), picture(9, 1)])).toBe(2);
  expect(roomFor([picture(1, 9), picture(9, 1), picture(3, 3, "video/mp4")])).toBe(1);
  expect(roomFor([picture(10, 10, "application/pdf")])).toBeNull();
  expect(roomFor([])).toBeNull();
});

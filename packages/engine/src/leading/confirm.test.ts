import { expect, test } from "vitest";
import { judgeConfirmation, UNCONFIRMED_MS } from "./confirm.ts";

const HOUR = 3_600_000;
const given = { newest: 9, confirmed: 8, waited: 0, byMe: true, share: 0.5 };

test("what another member was shown as well is confirmed, however old", () => {
  expect(judgeConfirmation({ ...given, confirmed: 9, waited: 100 * HOUR })).toBe("confirmed");
});

test("one's own word that nobody confirms for a day is flagged, and not before", () => {
  expect(judgeConfirmation({ ...given, waited: UNCONFIRMED_MS - 1 })).toBe("waits");
  expect(judgeConfirmation({ ...given, waited: UNCONFIRMED_MS })).toBe("unconfirmed");
});

test("others' words are confirmed by this device when its turn comes: between half a day and a day", () => {
  const theirs = { ...given, byMe: false };
  expect(judgeConfirmation({ ...theirs, waited: 12 * HOUR - 1, share: 0 })).toBe("waits");
  expect(judgeConfirmation({ ...theirs, waited: 12 * HOUR, share: 0 })).toBe("mine");
  expect(judgeConfirmation({ ...theirs, waited: 16 * HOUR })).toBe("waits");
  expect(judgeConfirmation({ ...theirs, waited: 22 * HOUR, share: 1 })).toBe("mine");
});

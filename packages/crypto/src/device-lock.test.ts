import { expect, test } from "vitest";
import { createCodeCheck, keyOfCode, keyOfPrf, openForLock, sealForLock } from "./device-lock.ts";
import { STRETCH_COST } from "./opaque.ts";
import { randomBytes } from "./primitives.ts";

/** Milliseconds of nothing: for what is tested here the cost does not matter. */
const CHEAP = { memory: 64, passes: 1, lanes: 1 };

test("the right code gives the same key again, another one is refused", async () => {
  const { check, key } = await createCodeCheck("482913", CHEAP);
  expect(await keyOfCode(check, "482913")).toEqual(key);
  for (const wrong of ["482914", "48291", "4829130", ""])
    await expect(keyOfCode(check, wrong)).rejects.toMatchObject({ code: "wrong_passphrase" });
});

test("a code is worth nothing without what the device keeps: another device makes another key of it", async () => {
  const [one, other] = await Promise.all([
    createCodeCheck("482913", CHEAP),
    createCodeCheck("482913", CHEAP),
  ]);
  expect(one.key).not.toEqual(other.key);
  const mixed = { ...one.check, setup: other.check.setup };
  await expect(keyOfCode(mixed, "482913")).rejects.toMatchObject({ code: "wrong_passphrase" });
});

test("what it costs belongs to the check: a cheaper try finds nothing", async () => {
  const { check } = await createCodeCheck("482913", { memory: 128, passes: 2, lanes: 1 });
  await expect(keyOfCode({ ...check, cost: CHEAP }, "482913")).rejects.toMatchObject({
    code: "wrong_passphrase",
  });
});

test("a check that was damaged, or a cost that cannot be had, is no wrong code", async () => {
  const { check } = await createCodeCheck("482913", CHEAP);
  for (const damaged of [
    { ...check, setup: "" },
    { ...check, record: check.record.slice(4) },
    { ...check, record: "%%%" },
    { ...check, cost: { memory: 2 ** 31, passes: 1, lanes: 1 } },
  ])
    await expect(keyOfCode(damaged, "482913")).rejects.toMatchObject({ code: "bad_input" });
});

test("digits are the same whatever the script of the keyboard, and so are composed letters", async () => {
  const { check, key } = await createCodeCheck("482913 café", CHEAP);
  for (const same of ["٤٨٢٩١٣ café", "४८२९१३ cafe\u0301", "４８２９１３ café", " 482913 café "])
    expect(await keyOfCode(check, same)).toEqual(key);
});

test("the usual cost is RFC 9106's second recommended option", async () => {
  expect(STRETCH_COST).toEqual({ memory: 65_536, passes: 3, lanes: 4 });
  const { check, key } = await createCodeCheck("482913");
  expect(check.cost).toEqual(STRETCH_COST);
  expect(await keyOfCode(check, "482913")).toEqual(key);
});

test("a sealed secret opens under its key and name only", async () => {
  const secret = randomBytes(32);
  const key = keyOfPrf(randomBytes(32));
  const sealed = await sealForLock(key, "store/baraza", secret);
  expect(await openForLock(key, "store/baraza", sealed)).toEqual(secret);
  const refused = { code: "open_failed" };
  await expect(openForLock(key, "store/other", sealed)).rejects.toMatchObject(refused);
  await expect(
    openForLock(keyOfPrf(randomBytes(32)), "store/baraza", sealed),
  ).rejects.toMatchObject(refused);
  for (let at = 0; at < sealed.length; at += 7)
    await expect(
      openForLock(
        key,
        "store/baraza",
        sealed.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      ),
    ).rejects.toMatchObject(refused);
});

test("PRF has to give 32 bytes", () => {
  for (const length of [0, 16, 31, 33])
    expect(() => keyOfPrf(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: "bad_input" }),
    );
});

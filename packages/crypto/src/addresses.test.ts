import { expect, test } from "vitest";
import { addressIsFor, BOX_ADDRESS_BYTES, openBoxAddress, sealBoxAddress } from "./addresses.ts";
import { counting, flipped, NOW, refuses } from "./test-helpers.ts";

const secret = counting(1, 32);
const fields = { boxId: counting(2, 16), addressId: counting(3, 16), expires: NOW };

test("an address opens at its node to what it was made of", () => {
  const letters = openBoxAddress(secret, sealBoxAddress(secret, { ...fields, scope: "letters" }));
  expect(letters).toEqual({ ...fields, scope: "letters", hubHash: null });
  const push = openBoxAddress(
    secret,
    sealBoxAddress(secret, { ...fields, scope: "push", hub: "a.localhost:1" }),
  );
  if (push === null) throw new Error("not opened");
  expect(push).toMatchObject({ ...fields, scope: "push" });
  expect(addressIsFor(push, "a.localhost:1")).toBe(true);
  expect(addressIsFor(push, "a.localhost")).toBe(false);
  if (letters !== null) expect(addressIsFor(letters, "anyone")).toBe(true);
});

test("all addresses have one size, and two of one box share no byte position by rule", () => {
  const made = Array.from({ length: 40 }, (_, i) =>
    sealBoxAddress(secret, {
      ...fields,
      scope: i % 2 ? "push" : "letters",
      ...(i % 3 ? { hub: `${"x".repeat(i)}.example` } : {}),
    }),
  );
  for (const address of made) expect(address.length).toBe(BOX_ADDRESS_BYTES);
  for (let at = 0; at < BOX_ADDRESS_BYTES; at++)
    expect(new Set(made.map((address) => address[at])).size).toBeGreaterThan(10);
});

test("a node opens no address of another, and none that was changed", () => {
  const address = sealBoxAddress(secret, { ...fields, scope: "letters" });
  expect(openBoxAddress(counting(9, 32), address)).toBeNull();
  for (let at = 0; at < address.length; at++)
    expect(openBoxAddress(secret, flipped(address, at, at % 8))).toBeNull();
  for (const bad of [undefined, null, "x", new Uint8Array(), address.slice(1)])
    expect(openBoxAddress(secret, bad as never)).toBeNull();
});

test("fields that do not fit are refused", async () => {
  const make = (change: object) => () =>
    sealBoxAddress(secret, { ...fields, scope: "letters", ...change });
  await refuses(make({ boxId: new Uint8Array(15) }), "bad_input");
  await refuses(make({ addressId: "x" }), "bad_input");
  await refuses(make({ scope: "other" }), "bad_input");
  await refuses(make({ expires: -1 }), "bad_input");
  await refuses(make({ expires: 0.5 }), "bad_input");
});

import fc from "fast-check";
import { LIMITS } from "@baraza/protocol";
import { expect, test } from "vitest";
import { createDevice, createIdentity } from "./identity.ts";
import { randomBytes } from "./primitives.ts";
import { openSignal, sealSignal, signSignal, verifySignal } from "./signals.ts";
import { hex, vectors } from "./test-helpers.ts";

const place = { logId: new Uint8Array(32).fill(1), gen: 0, epoch: 7 };
const key = new Uint8Array(32).fill(2);

async function aDevice() {
  const identity = await createIdentity();
  return createDevice(identity.record, identity.privateKey, 1_700_000_000_000);
}

test("every signal has one length, opens in its own place alone, and names the device that signed it", async () => {
  const device = await aDevice();
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        at: fc.integer({ min: 0, max: 4e12 }),
        kind: fc.constantFrom("typing" as const, "here" as const),
        on: fc.boolean(),
      }),
      fc.boolean(),
      async (fields, ask) => {
        const signal = await signSignal(place, device, { ...fields, ...(ask ? { ask } : {}) });
        const body = await sealSignal(place, key, signal);
        expect(body.length).toBe(LIMITS.signalBytes);
        const opened = await openSignal(place, key, body);
        expect(opened).toEqual(signal);
        expect(await verifySignal(place, opened, device.certificate.deviceKey)).toBe(true);
      },
    ),
    { numRuns: 20 },
  );
});

test("in another log, epoch or generation it does not open, and what it says cannot be changed", async () => {
  const device = await aDevice();
  const signal = await signSignal(place, device, { at: 5, kind: "typing", on: true });
  const body = await sealSignal(place, key, signal);
  for (const other of [
    { ...place, logId: randomBytes(32) },
    { ...place, epoch: 8 },
    { ...place, gen: 1 },
  ]) {
    await expect(openSignal(other, key, body)).rejects.toMatchObject({ code: "open_failed" });
    // A member who knows the key can seal it there: the signature does not go along.
    expect(await verifySignal(other, signal, device.certificate.deviceKey)).toBe(false);
  }
  for (const changed of [
    { ...signal, on: false },
    { ...signal, at: 6 },
    { ...signal, kind: "here" as const },
    { ...signal, ask: true },
  ])
    expect(await verifySignal(place, changed, device.certificate.deviceKey)).toBe(false);
  await expect(openSignal(place, key, body.subarray(1))).rejects.toMatchObject({
    code: "open_failed",
  });
});

type Vector = {
  place: { logId: string; gen: number; epoch: number };
  key: string;
  salt: string;
  deviceKey: string;
  sealed: string;
};

test("the vector for other languages", async () => {
  const one = vectors<Vector>("signal.json");
  const where = { ...one.place, logId: hex(one.place.logId) };
  const signal = await openSignal(where, hex(one.key), hex(one.sealed));
  expect(signal).toMatchObject({ v: 1, kind: "typing", on: true });
  expect(await verifySignal(where, signal, hex(one.deviceKey))).toBe(true);
  expect(await sealSignal(where, hex(one.key), signal, hex(one.salt))).toEqual(hex(one.sealed));
});

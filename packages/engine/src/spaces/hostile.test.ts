import { randomBytes } from "@baraza/crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { intend, carryOut } from "./commit.ts";
import { identityIdOf } from "@baraza/crypto";
import type { TestSpace } from "./log.testing.ts";
import { testSpace } from "./log.testing.ts";

let here: TestSpace;
beforeEach(async () => {
  here = await testSpace();
});
afterEach(() => here.close());

test("sanity", async () => {
  const m = await here.bring();
  await here.forge(m, { type: "chat.message", payload: { text: "hi" } });
  expect((await here.space()).row.trouble).toBe(null);
  expect((await here.texts()).length).toBe(1);
});

for (const kind of ["seat", "steward"] as const)
  test("removed member " + kind, async () => {
    const m = await here.bring();
    await here.forge(m, { type: "chat.message", payload: { text: "hi" } });
    await intend(here.core, (await here.space()).logId, "remove", {
      identityId: identityIdOf(m.identity.record),
    });
    await carryOut(here.core, await here.space());
    expect((await here.space()).row.epoch).toBe(2);
    const parts =
      kind === "seat"
        ? { seat: { op: "remove" as const, seatId: randomBytes(16), seatKey: m.seat.publicKey } }
        : { steward: { op: "retention" as const, keepMs: 1 } };
    await here.forge(m, {
      kind,
      type: "chat.message",
      payload: { text: "from outside" },
      epoch: 1,
      parts,
      sigs: { stewards: [] },
    });
    expect((await here.texts()).length).toBe(1);
  });

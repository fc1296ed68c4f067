/** What every store must show of drop places for recovery. */
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * 3_600_000;

const drop = (more: { expires?: number; now?: number; max?: number } = {}) => ({
  dropId: randomBytes(16),
  reader: randomBytes(32),
  request: randomBytes(50),
  expires: NOW + DAY,
  now: NOW,
  max: 100,
  ...more,
});

/** Called from the kit; `current` is the store of the test that runs. */
export function testRecovery(current: () => Store): void {
  test("a drop place gives its reader what was left, in order, each thing once", async () => {
    const { recovery } = current();
    const one = drop();
    const { dropId, reader, request, expires } = one;
    expect(await recovery.open(one)).toBe(expires);
    expect(await recovery.see({ dropId, now: NOW })).toEqual({ request, expires });
    const items = [randomBytes(40), randomBytes(41), randomBytes(42)];
    for (const item of [...items, ...items]) await recovery.put({ dropId, item, now: NOW, max: 3 });
    expect(await recovery.items({ dropId, reader, now: NOW })).toEqual({ items, expires });
    await expect(
      recovery.put({ dropId, item: randomBytes(9), now: NOW, max: 3 }),
    ).rejects.toMatchObject({ code: "box_full" });
  });

  test("opening it again changes nothing, and nobody takes it over", async () => {
    const { recovery } = current();
    const one = drop();
    const { dropId, reader } = one;
    await recovery.open(one);
    await recovery.put({ dropId, item: randomBytes(9), now: NOW, max: 3 });
    expect(await recovery.open({ ...one, expires: NOW + 2 * DAY })).toBe(NOW + DAY);
    expect((await recovery.items({ dropId, reader, now: NOW })).items).toHaveLength(1);
    for (const other of [{ reader: randomBytes(32) }, { request: randomBytes(50) }])
      await expect(recovery.open({ ...one, ...other })).rejects.toMatchObject({
        code: "forbidden",
      });
  });

  test("only its reader reads or closes it", async () => {
    const { recovery } = current();
    const one = drop();
    const { dropId, reader } = one;
    await recovery.open(one);
    const stranger = { dropId, reader: randomBytes(32) };
    const gone = { code: "not_found" };
    await expect(recovery.items({ ...stranger, now: NOW })).rejects.toMatchObject(gone);
    await expect(recovery.close(stranger)).rejects.toMatchObject(gone);
    await recovery.put({ dropId, item: randomBytes(9), now: NOW, max: 3 });
    await recovery.close({ dropId, reader });
    await expect(recovery.see({ dropId, now: NOW })).rejects.toMatchObject(gone);
    // The same name again starts empty.
    await recovery.open(one);
    expect((await recovery.items({ dropId, reader, now: NOW })).items).toEqual([]);
  });

  test("it ends with its time", async () => {
    const { recovery } = current();
    const [brief, long] = [drop({ expires: NOW + 1 }), drop()];
    for (const one of [brief, long]) await recovery.open(one);
    const { dropId, reader } = brief;
    const later = { dropId, now: NOW + 1 };
    for (const work of [
      () => recovery.see(later),
      () => recovery.items({ ...later, reader }),
      () => recovery.put({ ...later, item: randomBytes(9), max: 3 }),
    ])
      await expect(work()).rejects.toMatchObject({ code: "not_found" });
    expect(await recovery.sweep({ now: NOW + 1, limit: 10 })).toBe(1);
    expect(await recovery.see({ dropId: long.dropId, now: NOW + 1 })).toMatchObject({});
  });

  test("where there are too many, the oldest empty one makes room, and never one with something in it", async () => {
    const { recovery } = current();
    const [full, empty, next, last] = [drop(), drop(), drop(), drop()];
    for (const one of [full, empty]) await recovery.open({ ...one, max: 2 });
    await recovery.put({ dropId: full.dropId, item: randomBytes(9), now: NOW, max: 3 });
    await recovery.open({ ...next, max: 2 });
    await expect(recovery.see({ dropId: empty.dropId, now: NOW })).rejects.toMatchObject({
      code: "not_found",
    });
    await recovery.put({ dropId: next.dropId, item: randomBytes(9), now: NOW, max: 3 });
    await expect(recovery.open({ ...last, max: 2 })).rejects.toMatchObject({ code: "busy" });
  });
}

/** What every store must show of boxes and blobs. */
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * 3_600_000;

/** Called from the kit; `current` is the store of the test that runs. */
export function testBoxes(current: () => Store): void {
  const newBox = async () => {
    const made = newAccount("owner");
    await current().accounts.register(made);
    const { accountId, boxId } = made.account;
    return { accountId, boxId };
  };

  test("letters have numbers without gaps, whoever puts them at once, and one letter stands once", async () => {
    const { boxes } = current();
    const box = await newBox();
    const addressId = randomBytes(16);
    const put = (letterId = randomBytes(16)) =>
      boxes.put({
        boxId: box.boxId,
        addressId,
        letterId,
        letter: letterId,
        maxBytes: 1e6,
        now: NOW,
      });
    const puts = await Promise.all(Array.from({ length: 30 }, () => put()));
    expect(puts.map(({ seq }) => seq).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    const same = randomBytes(16);
    const twice = await Promise.all([put(same), put(same)]);
    expect(new Set(twice.map(({ seq }) => seq))).toEqual(new Set([31, null]));
    const page = await boxes.letters({ ...box, after: 29, limit: 1, maxBytes: 1e6 });
    expect(page).toMatchObject({ letters: [{ seq: 30 }], more: true });
  });

  test("deleted letters make room, keep their numbers used and their ids known, for a while", async () => {
    const { boxes } = current();
    const box = await newBox();
    const { boxId } = box;
    const addressId = randomBytes(16);
    const letterId = randomBytes(16);
    const put = (id = randomBytes(16)) =>
      boxes.put({
        boxId,
        addressId,
        letterId: id,
        letter: randomBytes(500),
        maxBytes: 4000,
        now: NOW,
      });
    await put(letterId);
    await put();
    await expect(put()).rejects.toMatchObject({ code: "box_full" });
    await boxes.remove({ ...box, upTo: 1, now: NOW });
    expect(await put(letterId)).toEqual({ seq: null });
    expect(await put()).toEqual({ seq: 3 });
    expect(await boxes.sweep({ now: NOW + DAY, limit: 10 })).toBe(0);
    expect(await boxes.sweep({ now: NOW + 40 * DAY, limit: 10 })).toBe(1);
    const stranger = { ...box, accountId: randomBytes(16) };
    const foreign = boxes.letters({ ...stranger, after: 0, limit: 9, maxBytes: 9 });
    await expect(foreign).rejects.toMatchObject({ code: "not_found" });
  });

  test("a wake stands once per address until it is cleared, and a later one survives the clearing", async () => {
    const { boxes } = current();
    const box = await newBox();
    const { boxId } = box;
    const [one, two, revoked] = [randomBytes(16), randomBytes(16), randomBytes(16)];
    await boxes.revoke({ ...box, addressId: revoked, until: NOW + DAY });
    const wake = (...addressIds: (typeof one)[]) =>
      boxes.wake({ wakes: addressIds.map((addressId) => ({ boxId, addressId })) });
    await wake(one, two, one, revoked);
    await boxes.wake({ wakes: [{ boxId: randomBytes(16), addressId: one }] });
    const first = await boxes.wakes({ ...box, limit: 10 });
    expect(first.addressIds).toEqual([two, one]);
    await wake(two);
    await boxes.clearWakes({ ...box, upTo: first.upTo });
    expect((await boxes.wakes({ ...box, limit: 10 })).addressIds).toEqual([two]);
    const asked = [one, revoked].map((addressId) => ({ boxId, addressId }));
    expect(await boxes.standing({ addresses: asked })).toEqual([true, false]);
  });

  test("a blob is complete when its chunks add up; what nothing names is collected, its files told", async () => {
    const { blobs } = current();
    const [logId, blobId] = [randomBytes(32), randomBytes(16)];
    const quota = { log: 1000, node: 1500 };
    const create = (id = blobId, log = logId) =>
      blobs.create({ logId: log, blobId: id, chunks: 2, bytes: 800, expires: NOW + DAY, quota });
    expect(await create()).toMatchObject({ have: [], complete: false });
    await expect(create(randomBytes(16))).rejects.toMatchObject({ code: "quota_exceeded" });
    await expect(create(blobId, randomBytes(32))).rejects.toMatchObject({ code: "quota_exceeded" });
    const chunk = (size: number) => ({ file: randomBytes(16), size, hash: randomBytes(32) });
    const [first, second] = [chunk(500), chunk(300)];
    const add = (index: number, one: typeof first) =>
      blobs.addChunk({ logId, blobId, index, chunk: one });
    expect(await add(0, first)).toEqual({ kept: true, complete: false });
    expect(await add(0, { ...first, file: randomBytes(16) })).toMatchObject({ kept: false });
    await expect(add(0, chunk(500))).rejects.toMatchObject({ code: "blob_conflict" });
    await expect(add(1, chunk(301))).rejects.toMatchObject({ code: "malformed" });
    expect(await add(1, second)).toEqual({ kept: true, complete: true });
    expect(await create()).toMatchObject({ have: [0, 1], complete: true });
    const files = [first.file, randomBytes(16)];
    expect(await blobs.unused({ files })).toEqual([files[1]]);
    expect(await blobs.collect({ now: NOW, limit: 10 })).toEqual([]);
    const gone = await blobs.collect({ now: NOW + DAY, limit: 10 });
    const names = (all: Uint8Array[]) =>
      new Set(all.map((file) => Buffer.from(file).toString("hex")));
    expect(names(gone)).toEqual(names([first.file, second.file]));
    expect(await create(randomBytes(16))).toMatchObject({ complete: false });
  });
}

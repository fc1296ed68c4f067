/** What every store must show of files that are given outside, and of places where outsiders leave files. */
import type { Bytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { Store } from "./port.ts";
import { intakeLog } from "./port-sharing.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const quota = { log: 1e9, node: 1e9 };
const maxTries = 3;

/** Called from the kit; `current` is the store of the test that runs. */
export function testSharing(current: () => Store): void {
  const blob = async (logId: Bytes, chunks = 1, blobId = randomBytes(16)) => {
    const { blobs } = current();
    await blobs.create({ logId, blobId, chunks, bytes: chunks * 10, expires: NOW + DAY, quota });
    const files = Array.from({ length: chunks }, () => randomBytes(16));
    for (const [index, file] of files.entries())
      await blobs.addChunk({
        logId,
        blobId,
        index,
        chunk: { file, size: 10, hash: randomBytes(32) },
      });
    return { blobId, files };
  };
  const handout = async (more: object = {}) => {
    const logId = randomBytes(32);
    const { blobId } = await blob(logId);
    const arg = {
      logId,
      handoutId: randomBytes(16),
      reader: randomBytes(32),
      owner: randomBytes(32),
      manifest: randomBytes(50),
      blobIds: [blobId],
      expires: NOW + HOUR,
      takes: null as number | null,
      max: 10,
      ...more,
    };
    await current().sharing.createHandout(arg);
    return { ...arg, blobId };
  };
  type Made = Awaited<ReturnType<typeof handout>>;
  const open = ({ handoutId, reader }: Pick<Made, "handoutId" | "reader">, now = NOW) =>
    current().sharing.openHandout({ handoutId, reader, now, maxTries });
  const take = ({ handoutId, reader }: Made, ticket = randomBytes(32), now = NOW, max = 5) =>
    current().sharing.takeHandout({
      handoutId,
      reader,
      ticket,
      now,
      until: now + HOUR,
      maxTries,
      max,
    });
  const ended = (why: string) => ({ code: "handout_ended", data: { why } });

  test("a handout gives its manifest, and its own blobs to who has a ticket", async () => {
    const { sharing } = current();
    const made = await handout();
    const { logId, handoutId, blobId, manifest, expires } = made;
    await sharing.createHandout(made);
    expect(await open(made)).toEqual({ manifest, expires, left: null });
    const ticket = randomBytes(32);
    expect(await take(made, ticket)).toEqual({ expires: NOW + HOUR });
    const by = { handoutId, ticket, blobId, now: NOW };
    expect(await sharing.handoutBlob(by)).toEqual({ logId });
    const gone = { code: "not_found" };
    for (const other of [
      { ticket: randomBytes(32) },
      { blobId: (await blob(logId)).blobId },
      { now: NOW + HOUR },
      { handoutId: (await handout()).handoutId },
    ])
      await expect(sharing.handoutBlob({ ...by, ...other })).rejects.toMatchObject(gone);
  });

  test("one of another's id, of what is not there, or too many of one log, is refused", async () => {
    const { sharing } = current();
    const made = await handout();
    for (const other of [{ owner: randomBytes(32) }, { manifest: randomBytes(50) }])
      await expect(sharing.createHandout({ ...made, ...other })).rejects.toMatchObject({
        code: "forbidden",
      });
    const next = { ...made, handoutId: randomBytes(16) };
    await expect(
      sharing.createHandout({ ...next, blobIds: [made.blobId, randomBytes(16)] }),
    ).rejects.toMatchObject({ code: "blob_incomplete" });
    const unfinished = randomBytes(16);
    const { logId } = made;
    const half = { logId, blobId: unfinished, chunks: 2, bytes: 20, expires: NOW + DAY, quota };
    await current().blobs.create(half);
    await expect(sharing.createHandout({ ...next, blobIds: [unfinished] })).rejects.toMatchObject({
      code: "blob_incomplete",
    });
    await expect(sharing.createHandout({ ...next, max: 1 })).rejects.toMatchObject({
      code: "busy",
    });
    // A refused one left nothing behind.
    await expect(open(next)).rejects.toMatchObject({ code: "not_found" });
  });

  test("downloads are counted once a ticket, and end with the number that was set", async () => {
    const { sharing } = current();
    const made = await handout({ takes: 2 });
    const ticket = randomBytes(32);
    await take(made, ticket);
    await take(made, ticket);
    expect(await open(made)).toMatchObject({ left: 1 });
    await take(made);
    await expect(take(made)).rejects.toMatchObject(ended("used_up"));
    await expect(open(made)).rejects.toMatchObject(ended("used_up"));
    // Who has begun goes on.
    expect(await take(made, ticket)).toEqual({ expires: NOW + HOUR });
    const { handoutId, owner } = made;
    const state = () => sharing.handout({ handoutId, owner, now: NOW, maxTries });
    expect(await state()).toMatchObject({ state: "used_up", takes: 2, taken: 2, tries: 0 });
    await sharing.changeHandout({ handoutId, owner, takes: null, unlock: false });
    expect(await state()).toMatchObject({ state: "open", takes: null });
    await take(made);
  });

  test("of many who take the last one at the same moment, one has it", async () => {
    const made = await handout({ takes: 1 });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take(made)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("as many downloads as are allowed are under way at once", async () => {
    const made = await handout();
    await take(made, randomBytes(32), NOW, 1);
    await expect(take(made, randomBytes(32), NOW, 1)).rejects.toMatchObject({ code: "busy" });
    await take(made, randomBytes(32), NOW + HOUR - 1, 2);
  });

  test("wrong secrets are counted, lock it, and the owner opens it again", async () => {
    const { sharing } = current();
    const made = await handout();
    const { handoutId, owner } = made;
    const guess = { handoutId, reader: randomBytes(32) };
    expect(await open(guess)).toEqual({ wrong: true, left: 2 });
    expect(await take({ ...made, ...guess })).toEqual({ wrong: true, left: 1 });
    // The right one in between gives no new tries.
    expect(await open(made)).toMatchObject({ left: null });
    expect(await open(guess)).toEqual({ wrong: true, left: 0 });
    for (const one of [guess, made]) await expect(open(one)).rejects.toMatchObject(ended("locked"));
    await sharing.changeHandout({ handoutId, owner, unlock: true });
    expect(await open(made)).toMatchObject({ left: null });
  });

  test("its time ends it, and only its owner changes, sees or ends it", async () => {
    const { sharing } = current();
    const made = await handout();
    const { handoutId, owner } = made;
    await expect(open(made, NOW + HOUR)).rejects.toMatchObject(ended("expired"));
    await sharing.changeHandout({ handoutId, owner, expires: NOW + DAY, unlock: false });
    expect(await open(made, NOW + HOUR)).toMatchObject({ expires: NOW + DAY });
    const other = randomBytes(32);
    const gone = { code: "not_found" };
    for (const work of [
      () => sharing.changeHandout({ handoutId, owner: other, unlock: true }),
      () => sharing.endHandout({ handoutId, owner: other }),
      () => sharing.handout({ handoutId, owner: other, now: NOW, maxTries }),
    ])
      await expect(work()).rejects.toMatchObject(gone);
    await sharing.endHandout({ handoutId, owner });
    await expect(open(made)).rejects.toMatchObject(gone);
  });

  const person = async () => {
    const made = newAccount(`drop-${Math.random().toString(36).slice(2)}`);
    await current().accounts.register(made);
    return made.account.accountId;
  };
  const intake = async (account: Bytes, more: object = {}) => {
    const arg = {
      account,
      intakeId: randomBytes(16),
      writer: randomBytes(32),
      notice: randomBytes(40),
      bytes: 100,
      files: 3,
      expires: NOW + HOUR,
      max: 3,
      allowed: 250,
      ...more,
    };
    await current().sharing.openIntake(arg);
    return arg;
  };
  type Place = Awaited<ReturnType<typeof intake>>;
  const announce = ({ intakeId, writer }: Place, itemId: Bytes, bytes = 20, now = NOW) =>
    current().sharing.announceItem({ intakeId, writer, itemId, chunks: bytes / 10, bytes, now });
  const leave = ({ intakeId, writer }: Place, itemId: Bytes, note = randomBytes(30), now = NOW) =>
    current().sharing.leaveItem({ intakeId, writer, itemId, note, now, rest: DAY });
  const filled = async (place: Place, now = NOW) => {
    const itemId = randomBytes(16);
    await announce(place, itemId, 20, now);
    const { files } = await blob(intakeLog(place.intakeId), 2, itemId);
    const note = randomBytes(30);
    await leave(place, itemId, note, now);
    return { itemId, files, note };
  };

  test("what is left in an intake comes to its account, whole and in order", async () => {
    const { sharing } = current();
    const account = await person();
    const place = await intake(account);
    const { intakeId, notice, expires } = place;
    await sharing.openIntake(place);
    const one = await filled(place);
    const two = await filled(place);
    const half = randomBytes(16);
    await announce(place, half);
    await expect(leave(place, half)).rejects.toMatchObject({ code: "blob_incomplete" });
    const page = { account, intakeId, after: 0, limit: 10 };
    const items = await sharing.items(page);
    expect(items.map(({ itemId, note, bytes, at }) => ({ itemId, note, bytes, at }))).toEqual(
      [one, two].map(({ itemId, note }) => ({ itemId, note, bytes: 20, at: NOW })),
    );
    const after = items[0]?.position ?? 0;
    expect(await sharing.items({ ...page, after })).toEqual(items.slice(1));
    expect(await sharing.intakes({ account })).toEqual([
      { intakeId, expires, bytes: 100, files: 3, usedBytes: 60, usedFiles: 3, whole: 2 },
    ]);
    const { writer } = place;
    expect(await sharing.intake({ intakeId, writer, now: NOW })).toEqual({
      notice,
      expires,
      bytes: 100,
      bytesLeft: 40,
      filesLeft: 0,
    });
    // Handing in again, or announcing it again, changes nothing.
    expect(await leave(place, one.itemId, randomBytes(5), NOW + 1)).toEqual({ at: NOW });
    expect(await announce(place, one.itemId)).toEqual({ whole: true });
    await expect(announce(place, one.itemId, 30)).rejects.toMatchObject({ code: "blob_conflict" });
  });

  test("an intake takes no more files and bytes than it said, and an account no more intakes than it may", async () => {
    const account = await person();
    const place = await intake(account);
    await expect(announce(place, randomBytes(16), 110)).rejects.toMatchObject({
      code: "quota_exceeded",
    });
    for (let count = 0; count < 3; count++) await announce(place, randomBytes(16), 10);
    await expect(announce(place, randomBytes(16), 10)).rejects.toMatchObject({ code: "box_full" });
    await expect(intake(account, { bytes: 151 })).rejects.toMatchObject({
      code: "quota_exceeded",
      data: { left: 150 },
    });
    for (let count = 0; count < 2; count++) await intake(account, { bytes: 10 });
    await expect(intake(account, { bytes: 10 })).rejects.toMatchObject({ code: "busy" });
  });

  test("nobody reads, fills or closes another's intake, nor takes its id", async () => {
    const { sharing } = current();
    const [account, other] = [await person(), await person()];
    const place = await intake(account);
    const { intakeId } = place;
    const { itemId } = await filled(place);
    const gone = { code: "not_found" };
    const stranger = { ...place, writer: randomBytes(32) };
    for (const work of [
      () => sharing.items({ account: other, intakeId, after: 0, limit: 10 }),
      () => sharing.item({ account: other, intakeId, itemId }),
      () => sharing.deleteItem({ account: other, intakeId, itemId }),
      () => sharing.closeIntake({ account: other, intakeId, discard: true, now: NOW }),
      () => announce(stranger, randomBytes(16)),
      () => leave(stranger, itemId),
      () => sharing.intake({ intakeId, writer: stranger.writer, now: NOW }),
      () => sharing.announced({ intakeId, writer: stranger.writer, itemId, now: NOW }),
    ])
      await expect(work()).rejects.toMatchObject(gone);
    await expect(sharing.openIntake({ ...place, account: other })).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await sharing.items({ account, intakeId, after: 0, limit: 10 })).toHaveLength(1);
    const { writer } = place;
    await expect(sharing.announced({ intakeId, writer, itemId, now: NOW })).rejects.toMatchObject({
      code: "blob_conflict",
    });
  });

  test("what was taken over, given up, never finished or has waited too long goes, files too", async () => {
    const { sharing, blobs } = current();
    const account = await person();
    const place = await intake(account);
    const { intakeId } = place;
    const [taken, kept] = [await filled(place), await filled(place)];
    await sharing.deleteItem({ account, intakeId, itemId: taken.itemId });
    const collect = (now: number) => blobs.collect({ now, limit: 100 });
    expect(new Set((await collect(NOW)).map(String))).toEqual(new Set(taken.files.map(String)));
    // The rest waits for a day behind the intake's end.
    await sharing.closeIntake({ account, intakeId, discard: false, now: NOW });
    await expect(announce(place, randomBytes(16))).rejects.toMatchObject(ended("expired"));
    expect(await collect(NOW + HOUR)).toEqual([]);
    const sweep = (now: number, begun: number) =>
      sharing.sweep({ now, handoutRest: DAY, intakeRest: DAY, begun, limit: 100 });
    expect(await sweep(NOW + HOUR, NOW - 1)).toBe(0);
    expect(await sharing.items({ account, intakeId, after: 0, limit: 9 })).toHaveLength(1);
    expect(await sweep(NOW + DAY, NOW - 1)).toBe(1);
    expect(await sharing.intakes({ account })).toEqual([]);
    expect(new Set((await collect(NOW + DAY)).map(String))).toEqual(
      new Set(kept.files.map(String)),
    );

    const next = await intake(account);
    await announce(next, randomBytes(16));
    expect(await sweep(NOW, NOW)).toBe(1);
    expect(await sharing.intakes({ account })).toMatchObject([{ usedFiles: 0, usedBytes: 0 }]);
    const given = await filled(next);
    const discard = { account, intakeId: next.intakeId, discard: true, now: NOW };
    await sharing.closeIntake(discard);
    expect(new Set((await collect(NOW)).map(String))).toEqual(new Set(given.files.map(String)));
  });

  test("an account that is closed takes its intakes along, files too", async () => {
    const { moving, blobs, sharing } = current();
    const made = newAccount("drop-closed");
    await current().accounts.register(made);
    const { accountId, identityId, identity } = made.account;
    const place = await intake(accountId);
    const { files } = await filled(place);
    await moving.close({
      identityId,
      former: identity,
      name: made.account.name,
      subject: randomBytes(32),
      rests: { name: randomBytes(32), owner: randomBytes(32), until: NOW + DAY },
      now: NOW,
      keepReceiptUntil: NOW + DAY,
    });
    const { intakeId, writer } = place;
    await expect(sharing.intake({ intakeId, writer, now: NOW })).rejects.toMatchObject({
      code: "not_found",
    });
    const gone = await blobs.collect({ now: NOW, limit: 100 });
    expect(new Set(gone.map(String))).toEqual(new Set(files.map(String)));
  });

  test("handouts are forgotten some time after their end", async () => {
    const made = await handout();
    const sweep = (now: number) =>
      current().sharing.sweep({ now, handoutRest: DAY, intakeRest: DAY, begun: 0, limit: 100 });
    await sweep(NOW + HOUR + DAY - 1);
    await expect(open(made, NOW + HOUR)).rejects.toMatchObject(ended("expired"));
    expect(await sweep(NOW + HOUR + DAY)).toBe(1);
    await expect(open(made, NOW + HOUR)).rejects.toMatchObject({ code: "not_found" });
  });
}

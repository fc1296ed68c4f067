import { accessHash, handoutAccess, handoutSecrets, intakeAccess } from "@baraza/crypto/sharing";
import type { Bytes } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { testLog } from "../logs/log.testing.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";

const DAY = 86_400_000;
let node: TestNode;
let amina: Person;
let log: ReturnType<typeof testLog>;
beforeAll(async () => {
  node = await bootNode({ config: { dropQuotaMb: 4 } });
  amina = await enrol(node, "amina");
  log = testLog(node.name);
  await node.node.store.logs.create({
    genesis: log.genesis,
    token: randomBytes(32),
    now: node.now(),
  });
});
afterAll(() => node.close());

const tokenOf = async () =>
  (await node.call("logs.session", await log.session(log.seat, node.now()))).token;

/** A blob of the log, as its members put it there. */
async function blob(sizes = [3000, 500]) {
  const { logId } = log;
  const blobId = randomBytes(16);
  const token = await tokenOf();
  const chunks = sizes.map((size) => randomBytes(size));
  const numbers = { chunks: sizes.length, bytes: sizes.reduce((a, b) => a + b, 0) };
  await node.call("blobs.create", { logId, token, blobId, ...numbers });
  for (const [index, chunk] of chunks.entries())
    await node.call("blobs.put", { logId, token, blobId, index, chunk, hash: sha256(chunk) });
  return { blobId, chunks };
}

/** A handout as an owner's device makes it. */
async function handout(more: object = {}) {
  const { blobId, chunks } = await blob();
  const { secret, owner } = handoutSecrets(randomBytes(32));
  const { handoutId, reader } = await handoutAccess(secret, null);
  const request = {
    logId: log.logId,
    token: await tokenOf(),
    handoutId,
    reader: accessHash(reader),
    owner: accessHash(owner),
    manifest: randomBytes(2048),
    blobIds: [blobId],
    expires: node.now() + DAY,
    ...more,
  };
  await node.call("handouts.create", request);
  return { ...request, secrets: { reader, owner }, blobId, chunks };
}

test("who has the link reads the list and, once it is taken, the files; nobody else does", async () => {
  const { handoutId, secrets, manifest, blobId, chunks, expires } = await handout();
  const { reader, owner } = secrets;
  expect(await node.call("handouts.open", { handoutId, reader })).toEqual({
    manifest,
    expires,
    left: null,
  });
  const ticket = randomBytes(16);
  const chunk = (index: number, more: object = {}) =>
    node.call("handouts.chunk", { handoutId, ticket, blobId, index, ...more });
  await refuses(chunk(0), "not_found");
  await node.call("handouts.take", { handoutId, reader, ticket });
  for (const [index, bytes] of chunks.entries())
    expect(await chunk(index)).toEqual({ chunk: bytes });
  await refuses(chunk(2), "handout_ended");
  await refuses(chunk(0, { blobId: (await blob()).blobId }), "not_found");
  await refuses(chunk(0, { ticket: randomBytes(16) }), "not_found");
  // What the node keeps of a secret does not open anything.
  const hashed = accessHash(reader);
  await refuses(node.call("handouts.open", { handoutId, reader: hashed }), "wrong_credentials");
  await refuses(node.call("handouts.end", { handoutId, owner: accessHash(owner) }), "not_found");
  expect(await node.call("handouts.state", { handoutId, owner })).toMatchObject({
    state: "open",
    taken: 1,
    tries: 1,
  });
  await node.call("handouts.end", { handoutId, owner });
  await refuses(node.call("handouts.open", { handoutId, reader }), "not_found");
  await refuses(chunk(0), "not_found");
});

test("a handout needs a session of the log, files that are there, and a sensible end", async () => {
  const { blobId } = await blob();
  const made = { blobIds: [blobId] };
  await refuses(handout({ token: randomBytes(56), ...made }), "session_expired");
  await refuses(handout({ blobIds: [randomBytes(16)] }), "blob_incomplete");
  await refuses(handout({ expires: node.now() - 1 }), "malformed");
  await refuses(handout({ expires: node.now() + LIMITS.handoutMs + 1000 }), "malformed");
});

test("a passphrase is guessed at twenty times, whoever guesses, and then by nobody", async () => {
  const { handoutId, secrets } = await handout();
  const guess = () => node.call("handouts.open", { handoutId, reader: randomBytes(32) });
  for (let left = LIMITS.handoutTries - 1; left >= 0; left--)
    expect(await refuses(guess(), "wrong_credentials")).toEqual({ left });
  expect(await refuses(guess(), "handout_ended")).toEqual({ why: "locked" });
  const right = () => node.call("handouts.open", { handoutId, reader: secrets.reader });
  await refuses(right(), "handout_ended");
  await node.call("handouts.change", { handoutId, owner: secrets.owner, unlock: true });
  expect(await right()).toMatchObject({ left: null });
});

test("it ends with its time and with its count, and who began to download goes on for a day", async () => {
  const one = await handout({ takes: 1 });
  const { handoutId, blobId, secrets } = one;
  const ticket = randomBytes(16);
  await node.call("handouts.take", { handoutId, reader: secrets.reader, ticket });
  const again = { handoutId, reader: secrets.reader, ticket: randomBytes(16) };
  expect(await refuses(node.call("handouts.take", again), "handout_ended")).toEqual({
    why: "used_up",
  });
  const chunk = () => node.call("handouts.chunk", { handoutId, ticket, blobId, index: 0 });
  await chunk();
  node.clock.ahead += DAY + 1;
  await refuses(chunk(), "not_found");
  const open = node.call("handouts.open", { handoutId, reader: secrets.reader });
  expect(await refuses(open, "handout_ended")).toEqual({ why: "expired" });
  node.clock.ahead = 0;
});

/** A drop box as its owner's device makes it. */
async function intake(more: object = {}) {
  const { intakeId, writer } = intakeAccess(randomBytes(32));
  const request = {
    intakeId,
    writer: accessHash(writer),
    notice: randomBytes(2048),
    bytes: 1_500_000,
    files: 4,
    expires: node.now() + DAY,
    ...more,
  };
  await node.call("intakes.open", request, amina.session);
  return { ...request, writer };
}
type Place = Awaited<ReturnType<typeof intake>>;

/** Leaves a file there as somebody without an account does. */
async function dropped({ intakeId, writer }: Place, sizes = [1000, 200]) {
  const chunks = sizes.map((size) => randomBytes(size));
  const itemId = randomBytes(16);
  const place = { intakeId, writer, itemId };
  const numbers = { chunks: sizes.length, bytes: sizes.reduce((a, b) => a + b, 0) };
  const announce = () => node.call("intakes.announce", { ...place, ...numbers });
  const put = (index: number) => {
    const chunk = chunks[index] ?? new Uint8Array();
    return node.call("intakes.put", { ...place, index, chunk, hash: sha256(chunk) });
  };
  const leave = (note: Bytes = randomBytes(500)) => node.call("intakes.leave", { ...place, note });
  return { itemId, chunks, announce, put, leave };
}

test("a file is left without an account, goes on after a break, and its owner fetches and deletes it", async () => {
  const place = await intake();
  const { intakeId, writer, notice, expires } = place;
  expect(await node.call("intakes.see", { intakeId, writer })).toEqual({
    notice,
    expires,
    bytesLeft: 1_500_000,
    filesLeft: 4,
  });
  const { itemId, chunks, announce, put, leave } = await dropped(place);
  expect(await announce()).toEqual({ have: Uint8Array.of(0), whole: false });
  await put(1);
  await refuses(leave(), "blob_incomplete");
  expect(await announce()).toEqual({ have: Uint8Array.of(0b10), whole: false });
  await put(0);
  const note = randomBytes(700);
  const { at } = await leave(note);
  expect(await leave(randomBytes(5))).toEqual({ at });
  await refuses(put(0), "blob_conflict");
  const by = amina.session;
  const { items, more } = await node.call("intakes.items", { intakeId, after: 0 }, by);
  expect(more).toBe(false);
  expect(items).toMatchObject([{ itemId, note, chunks: 2, bytes: 1200, at }]);
  for (const [index, chunk] of chunks.entries())
    expect(await node.call("intakes.chunk", { intakeId, itemId, index }, by)).toEqual({ chunk });
  await node.call("intakes.delete", { intakeId, itemId }, by);
  await refuses(node.call("intakes.chunk", { intakeId, itemId, index: 0 }, by), "not_found");
  expect((await node.call("intakes.list", {}, by)).intakes).toMatchObject([{ usedFiles: 0 }]);
  await node.call("intakes.close", { intakeId, discard: true }, by);
});

test("a drop box takes no more than it may, from nobody without its link, and nothing after its end", async () => {
  const place = await intake({ files: 2, bytes: 3000 });
  const { intakeId } = place;
  await refuses((await dropped(place, [3001])).announce(), "quota_exceeded");
  const first = await dropped(place);
  await first.announce();
  await (await dropped(place)).announce();
  await refuses((await dropped(place, [100])).announce(), "box_full");
  const stranger = { ...place, writer: randomBytes(32) };
  await refuses((await dropped(stranger)).announce(), "not_found");
  await refuses(node.call("intakes.see", { intakeId, writer: randomBytes(32) }), "not_found");
  const bruno = await enrol(node, "bruno");
  const by = { intakeId, after: 0 };
  await refuses(node.call("intakes.items", by, bruno.session), "not_found");
  await refuses(intake({ bytes: 4 * 1024 * 1024 }), "quota_exceeded");
  await node.call("intakes.close", { intakeId, discard: false }, amina.session);
  await refuses(first.put(0), "handout_ended");
  await node.call("intakes.close", { intakeId, discard: true }, amina.session);
});

test("what is announced does not fit its numbers is refused", async () => {
  const place = await intake();
  const { intakeId, writer } = place;
  const itemId = randomBytes(16);
  const item = { intakeId, writer, itemId };
  await refuses(node.call("intakes.announce", { ...item, chunks: 3, bytes: 2 }), "malformed");
  const large = { chunks: 1, bytes: LIMITS.chunkBytes + 1 };
  await refuses(node.call("intakes.announce", { ...item, ...large }), "malformed");
  await refuses(
    node.call("intakes.put", { ...item, index: 0, chunk: randomBytes(5), hash: randomBytes(32) }),
    "not_found",
  );
  const one = await dropped(place);
  await one.announce();
  const chunk = randomBytes(5000);
  const wrong = { intakeId, writer, itemId: one.itemId, index: 0, chunk, hash: sha256(chunk) };
  await refuses(node.call("intakes.put", wrong), "malformed");
  await refuses(node.call("intakes.put", { ...wrong, hash: randomBytes(32) }), "malformed");
  await node.call("intakes.close", { intakeId, discard: true }, amina.session);
});

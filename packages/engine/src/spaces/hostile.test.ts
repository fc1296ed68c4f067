import {
  appendDigest,
  askProof,
  cardKeys,
  deviceCredential,
  ed25519FromSeed,
  ed25519Generate,
  headerHash,
  genesisHead,
  identityIdOf,
  ownLeaf,
  randomBytes,
  readHeader,
  sealLetter,
  sealVault,
  sealVaultKeyTo,
  signAppend,
  vaultWayOf,
  wayKeys,
  signDecision,
  signHead,
  verifyForkProof,
} from "@baraza/crypto";
import type { Bytes, StewardRecord } from "@baraza/protocol";
import {
  askBody,
  forkProof,
  fromBase64url,
  ProtocolError,
  readAs,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askForPlace } from "../letters/ask.ts";
import { readLetter } from "../letters/inbox.ts";
import { carryOut, intend } from "./commit.ts";
import { encodeContext } from "./events.ts";
import type { Insider, TestSpace } from "./log.testing.ts";
import { testSpace } from "./log.testing.ts";
import { repair } from "./manage.ts";
import { applyEntries, ForkError } from "./process.ts";
import { ownReply } from "./profile.ts";
import { proofFor } from "./proof.ts";
import { stewardKeyOf, stewardsOf } from "./roster.ts";
import { forgetRuntime, keysOf } from "./runtime.ts";
import { seatIdOfKey } from "./seat.ts";
import { postDecisions } from "./steward.ts";

let here: TestSpace;
beforeEach(async () => {
  here = await testSpace();
});
afterEach(() => here.close());

const DAY = 24 * 60 * 60_000;
const hello = { type: "chat.message", payload: { text: "hello" } };
const idOf = (one: Pick<Insider, "identity">) => identityIdOf(one.identity.record);
const row = async () => (await here.space()).row;

async function removeByUs(one: Insider): Promise<void> {
  await intend(here.core, (await here.space()).logId, "remove", { identityId: idOf(one) });
  await carryOut(here.core, await here.space());
}

/** A decision signed by whoever's key that is, put into the log in the name of an insider's device. */
async function decide(
  by: Insider,
  key: { publicKey: Bytes; privateKey: Bytes },
  steward: StewardRecord,
  epoch?: number,
) {
  return here.forge(by, {
    kind: "steward",
    type: "space.steward",
    payload: {},
    parts: { steward },
    ...(epoch === undefined ? {} : { epoch }),
    sign: async (header) => ({
      stewards: [
        {
          key: key.publicKey,
          sig: await signAppend(key.privateKey, appendDigest([headerHash(header)])),
        },
      ],
    }),
  });
}

const seatOf = (one: { publicKey: Bytes }) => ({
  op: "set" as const,
  seatId: seatIdOfKey(one.publicKey),
  seatKey: one.publicKey,
});
const anyDecision = { op: "retention", keepMs: 1 } as const;

test.each(["entry", "seat", "steward"] as const)(
  "what a removed member seals for a former epoch is not heard as %s, though the hub takes it in",
  async (kind) => {
    const mallory = await here.bring();
    await here.forge(mallory, hello);
    expect(await here.texts()).toHaveLength(1);
    await removeByUs(mallory);
    const parts =
      kind === "seat"
        ? { seat: seatOf(mallory.seat) }
        : kind === "steward"
          ? { steward: anyDecision }
          : {};
    await here.forge(mallory, { ...hello, kind, parts, epoch: 1 });
    expect(await here.texts()).toHaveLength(1);
    expect((await row()).trouble).toBe("offender");
  },
);

test("a decision carries nothing but itself, and none that no steward signed counts", async () => {
  const mallory = await here.bring();
  const key = ed25519Generate();
  await decide(mallory, key, anyDecision);
  expect((await row()).trouble).toBe("offender");
  await here.forge(mallory, { ...hello, kind: "steward", parts: { steward: anyDecision } });
  await here.forge(mallory, { type: "space.steward", payload: {} });
  expect(await here.texts()).toEqual([]);
});

/** Makes an insider a steward by the engine's own commit. */
async function promote(one: Insider) {
  const { core } = here;
  const { logId } = await here.space();
  const pair = ed25519Generate();
  const { publicKey: key } = pair;
  await core.store.run("UPDATE members SET steward_key = ? WHERE identity_id = ?", [
    key,
    toHex(idOf(one)),
  ]);
  await intend(core, logId, "role", { identityId: idOf(one), role: "steward" });
  await carryOut(core, await here.space());
  await here.follow(one);
  return { identityId: idOf(one), key, pair };
}

const pick = ({ identityId, key }: { identityId: Bytes; key: Bytes }) => ({ identityId, key });

test("whoever of the stewards removes somebody, the founder's device has the hub take the seat away", async () => {
  const bruno = await here.bring();
  const carla = await here.bring();
  await here.follow(bruno);
  await promote(bruno);
  await here.commit(bruno, { remove: [ownLeaf(carla.group)] });
  await postDecisions(here.core, await here.space());
  const last = here.log.at(-1);
  expect(last && readHeader(last.header).steward).toMatchObject({
    op: "removeSeat",
    seatId: seatIdOfKey(carla.seat.publicKey),
  });
});

test("who was a steward at the beginning and is none any more voids nothing", async () => {
  const { core } = here;
  const founder = stewardKeyOf(core.me().identityKey, (await here.space()).genesis.nonce);
  const bruno = await here.bring();
  const group = (await here.space()).group;
  if (group === null) throw new Error("no group");
  const brunos = await promote(bruno);
  await intend(core, (await here.space()).logId, "role", {
    identityId: core.me().identityId,
    role: "member",
  });
  await carryOut(core, await here.space());
  await here.follow(bruno);
  expect(brunos.key).toHaveLength(32);
  const seq = here.log.length;
  const { epoch } = await row();
  expect(stewardsOf((await here.space()).group ?? group)).toHaveLength(1);
  await decide(bruno, founder, {
    op: "void",
    seq,
    epoch: epoch - 1,
    postingKey: founder.publicKey,
  });
  expect((await row()).epoch).toBe(epoch);
});

/** Signs a decision as stewards do, for a commit to bring along. */
async function decisionBy(keys: ReturnType<typeof ed25519Generate>[], stewards: Bytes[]) {
  const { id: logId } = await here.space();
  const decision = {
    gen: 0,
    id: randomBytes(16),
    record: { op: "stewards" as const, stewards, until: Date.now() + 60_000 },
  };
  const sigs = await Promise.all(keys.map((key) => signDecision(key, { logId, ...decision })));
  return { ...decision, sigs };
}

test.each(["nothing", "a minority", "another list", "a stranger", "a decision whose time is over"])(
  "the founder's lead is not taken away by a commit that brings along %s",
  async (what) => {
    const bruno = await here.bring();
    const carla = await here.bring();
    await here.follow(bruno);
    const brunos = await promote(bruno);
    await here.follow(carla);
    const carlas = await promote(carla);
    await here.follow(bruno);
    const list = [brunos.key, carlas.key];
    const { epoch } = await row();
    const signed = {
      nothing: undefined,
      "a minority": await decisionBy([brunos.pair], list),
      "another list": await decisionBy([brunos.pair, carlas.pair], [carlas.key, brunos.key]),
      "a stranger": await decisionBy([brunos.pair, ed25519Generate()], list),
      "a decision whose time is over": await decisionBy([brunos.pair, carlas.pair], list).then(
        (one) => ({ ...one, record: { ...one.record, until: 1 } }),
      ),
    }[what];
    await here.commit(
      bruno,
      { contextExtension: encodeContext([pick(brunos), pick(carlas)]) },
      false,
      signed,
    );
    // This device, a steward's, cannot follow it, and has it undone.
    expect((await row()).trouble).toBe("stuck");
    await postDecisions(here.core, await here.space());
    expect(await row()).toMatchObject({ trouble: "offender", epoch });
    const { group } = await here.space();
    expect(group && stewardsOf(group)).toHaveLength(3);
  },
);

test("a commit that brings a majority's decision along takes the founder's lead away", async () => {
  const bruno = await here.bring();
  const carla = await here.bring();
  await here.follow(bruno);
  const brunos = await promote(bruno);
  await here.follow(carla);
  const carlas = await promote(carla);
  await here.follow(bruno);
  const signed = await decisionBy([brunos.pair, carlas.pair], [brunos.key, carlas.key]);
  const next = encodeContext([pick(brunos), pick(carlas)]);
  await here.commit(bruno, { contextExtension: next }, false, signed);
  expect((await row()).trouble).toBeNull();
  const { group } = await here.space();
  expect(group && stewardsOf(group)).toHaveLength(2);
});

test.each([false, true])(
  "a bad commit cannot be shielded from its void by seats of its author (restarted between: %s)",
  async (restarted) => {
    const { core } = here;
    const mallory = await here.bring();
    await here.commit(mallory, { update: true }, true);
    const bad = here.log.length;
    expect(await row()).toMatchObject({ trouble: "stuck", epoch: 2 });
    if (restarted) forgetRuntime(core, (await here.space()).logId);
    await here.forge(mallory, {
      kind: "seat",
      type: "space.title",
      payload: { title: "x" },
      parts: { seat: seatOf(ed25519Generate()) },
    });
    await here.forge(mallory, {
      kind: "seat",
      type: "space.title",
      payload: { title: "y" },
      parts: { seat: { ...seatOf(mallory.seat), op: "remove" } },
    });
    await postDecisions(core, await here.space());
    const last = here.log.at(-1);
    expect(last && readHeader(last.header).steward).toMatchObject({ op: "void", seq: bad });
    expect(await row()).toMatchObject({ trouble: "offender", epoch: 1 });
    expect((await here.space()).posting).not.toBeNull();
  },
);

test("a void of an earlier commit than the last takes whoever followed both out of step, not out of mind", async () => {
  const { core } = here;
  const mallory = await here.bring();
  const { nonce } = (await here.space()).genesis;
  const steward = stewardKeyOf(core.me().identityKey, nonce);
  const first = here.log.length + 1;
  await here.commit(mallory, { update: true });
  await here.commit(mallory, { update: true });
  expect(await row()).toMatchObject({ trouble: null, epoch: 3 });
  const after = await decide(
    mallory,
    steward,
    { op: "void", seq: first, epoch: 1, postingKey: ed25519FromSeed(new Uint8Array(32)).publicKey },
    1,
  );
  expect(await row()).toMatchObject({ trouble: "stuck", epoch: 1 });
  expect(after).toContainEqual({ do: "enrol" });
});

/** Makes the engine read everything again, as a newcomer who may read the history. */
async function asNewcomer(): Promise<void> {
  const space = await here.space();
  const { store } = here.core;
  await store.run(
    "UPDATE spaces SET seq = 0, head = ?, epoch = 0, read_from = ?, previous_mls = NULL, previous_seq = 0, trouble = NULL WHERE log_id = ?",
    [genesisHead(space.row.genesis), space.row.seq, space.logId],
  );
  await store.run("DELETE FROM events");
  await store.run("UPDATE devices SET counter = 0, own_hash = zeroblob(32)");
  forgetRuntime(here.core, space.logId);
}

test("who reads a history with a void in it arrives at the epoch that the group is in", async () => {
  const { core } = here;
  const mallory = await here.bring();
  await here.commit(mallory, { update: true }, true);
  await here.forge(mallory, hello);
  await postDecisions(core, await here.space());
  const dario = await here.bring();
  await here.forge(dario, hello);
  const { epoch } = await row();
  expect(epoch).toBe(2);
  await asNewcomer();
  await applyEntries(core, await here.space(), here.log, await here.head());
  expect(await row()).toMatchObject({ epoch, trouble: null });
  expect(await here.texts()).toHaveLength(1);
});

test("a newcomer is shown the history that led to where they were let in, or none", async () => {
  const { core, log } = here;
  const mallory = await here.bring();
  await here.forge(mallory, hello);
  const end = log.length;
  await asNewcomer();
  await core.store.run("DELETE FROM entries WHERE seq < ?", [end]);
  const space = await here.space();
  const story = log.map((entry) =>
    entry.seq === 1 ? { ...entry, sigs: { posting: randomBytes(64) } } : entry,
  );
  const head = { ...(await here.head()), seq: end + 1 };
  await expect(applyEntries(core, space, story, head)).rejects.toThrow(ForkError);
  await applyEntries(core, await here.space(), log, await here.head());
  expect((await row()).seq).toBe(end);
});

test("a seat for no device of the group is taken away again, and who brought it is named", async () => {
  const mallory = await here.bring();
  const seat = seatOf(ed25519Generate());
  await here.forge(mallory, { kind: "seat", ...hello, parts: { seat } });
  expect(await row()).toMatchObject({
    trouble: "offender",
    trouble_identity: toHex(idOf(mallory)),
  });
  await postDecisions(here.core, await here.space());
  const last = here.log.at(-1);
  expect(last && readHeader(last.header).steward).toMatchObject({
    op: "removeSeat",
    seatId: seat.seatId,
  });
});

test.each([1, 2 ** 40])(
  "a member's word alone (position %s) that the hub lies stops nothing, and names the member",
  async (seq) => {
    const { core } = here;
    const mallory = await here.bring();
    await here.forge(mallory, { ...hello, seen: { gen: 0, seq, head: randomBytes(32) } });
    const offender = { trouble: "offender", trouble_identity: toHex(idOf(mallory)) };
    expect(await row()).toMatchObject(offender);
    const forged = { time: Date.now(), sig: randomBytes(64) };
    await here.forge(mallory, {
      ...hello,
      seen: { gen: 0, seq, head: randomBytes(32), ...forged },
    });
    expect(await row()).toMatchObject(offender);
    const { logId } = await here.space();
    expect(await proofFor(core, await here.space())).toBeNull();
    await repair(core, logId);
    await removeByUs(mallory);
    expect(await row()).toMatchObject({ trouble: null, epoch: 2 });
  },
);

test.each([1, 2 ** 40])(
  "a head (position %s) that the hub signed for a member and not for us stops everything, and is kept as proof",
  async (seq) => {
    const { core } = here;
    const bruno = await here.bring();
    const fields = { logId: (await here.space()).id, gen: 0, seq, head: randomBytes(32) };
    const signed = await signHead(here.hubKey, { ...fields, time: Date.now() - 1000 });
    const { gen, head, time, sig } = signed;
    await here.forge(bruno, { ...hello, seen: { gen, seq, head, time, sig } });
    expect(await row()).toMatchObject({ trouble: "forked" });
    const kept = await proofFor(core, await here.space());
    const proof = readAs(forkProof, fromBase64url(kept?.proof ?? ""));
    expect(proof.first).toEqual(signed);
    expect(await verifyForkProof(here.hubKey.publicKey, proof)).toBe(true);
    // It convicts that hub only, and only as it stands.
    expect(await verifyForkProof(ed25519Generate().publicKey, proof)).toBe(false);
    const changed = { ...proof, second: { ...proof.second, time: proof.first.time - 1 } };
    expect(await verifyForkProof(here.hubKey.publicKey, changed)).toBe(false);
  },
);

test("what an undone commit of this device was for is done again", async () => {
  const { core } = here;
  const [bruno, carla] = [await here.bring(), await here.bring()];
  await here.follow(bruno);
  const { logId } = await here.space();
  const before = await row();
  await intend(core, logId, "remove", { identityId: idOf(carla) });
  await carryOut(core, await here.space());
  const seq = here.log.length;
  const { posting } = await keysOf(bruno.group);
  const founder = stewardKeyOf(core.me().identityKey, (await here.space()).genesis.nonce);
  await decide(bruno, founder, {
    op: "void",
    seq,
    epoch: before.epoch,
    postingKey: posting.publicKey,
  });
  const members = async () =>
    (await core.store.all("SELECT 1 FROM members WHERE present = 1")).length;
  expect(await members()).toBe(3);
  await carryOut(core, await here.space());
  expect(await members()).toBe(2);
  expect(await row()).toMatchObject({ epoch: before.epoch + 1 });
});

test("whoever asks together with a bad key package comes in all the same", async () => {
  const { core } = here;
  const honest = await here.stranger();
  const late = await here.stranger(Date.now() - 90 * DAY);
  const other = await here.stranger();
  for (const one of [honest, late, other]) await here.wants(one);
  await carryOut(core, await here.space());
  const present = await core.store.all<{ identity_id: string }>(
    "SELECT identity_id FROM members WHERE present = 1",
  );
  expect(present.map((one) => one.identity_id).toSorted()).toEqual(
    [core.me().id, ...[honest, other].map((one) => toHex(idOf(one)))].toSorted(),
  );
});

/** Somebody's letter asking to come in by a link of ours. */
async function askLetter() {
  const { core } = here;
  const secret = randomBytes(32);
  const { cardId, proofKey } = cardKeys(secret);
  await core.store.run("INSERT INTO cards VALUES (?, ?, ?, ?)", [
    toHex(cardId),
    (await here.space()).logId,
    secret,
    Date.now() + DAY,
  ]);
  const guest = await here.stranger();
  const keyPackages = [guest.keyPackage];
  const { boxKey } = await ownReply(core);
  const sealed = await sealLetter({
    from: guest.device,
    to: core.me().identityId,
    boxKey,
    kind: "ask",
    body: writeAs(askBody, {
      cardId,
      proof: askProof(proofKey, idOf(guest), keyPackages),
      profile: { name: "Guest", address: "guest@hub.localhost" },
      reply: guest.reply,
      keyPackages,
    }),
    at: Date.now(),
  });
  return { guest, ...sealed };
}

const intents = () => here.core.store.all("SELECT id FROM intents WHERE kind = 'add'");

test("a node that brings an old letter under a new number is not heard", async () => {
  const { core } = here;
  const { letter, letterId } = await askLetter();
  await readLetter(core, { letterId, letter });
  expect(await intents()).toHaveLength(1);
  await core.store.run("DELETE FROM intents");
  await readLetter(core, { letterId, letter });
  await readLetter(core, { letterId: randomBytes(16), letter });
  expect(await intents()).toEqual([]);
});

test("links that were out when somebody was removed let nobody in any more", async () => {
  const { core } = here;
  const mallory = await here.bring();
  const { letter, letterId } = await askLetter();
  await removeByUs(mallory);
  await readLetter(core, { letterId, letter });
  expect(await intents()).toEqual([]);
});

test("a letter to a box key that another device has made is opened by it, not lost", async () => {
  const { core } = here;
  const { letter, letterId } = await askLetter();
  const kept = await core.store.get<{ record: Bytes; private_key: Bytes }>(
    "SELECT record, private_key FROM box_keys",
  );
  await core.store.run("DELETE FROM box_keys");
  if (kept === undefined) throw new Error("no key");
  const me = core.me();
  here.answers["vault.get"] = () => Promise.reject(new ProtocolError("unavailable"));
  const row = { letterId, letter };
  await expect(readLetter(core, row)).rejects.toMatchObject({ code: "unavailable" });
  const way = vaultWayOf(await wayKeys("words", randomBytes(16)), { created: 1 });
  const wrap = await sealVaultKeyTo(me.vaultKey, me.identityId, way);
  const vault = await sealVault(me.vaultKey, [wrap], {
    v: 1,
    version: 1,
    prevHash: new Uint8Array(32),
    identity: me.identity,
    identityKey: me.identityKey,
    profile: me.profile,
    boxKeys: [{ record: kept.record, privateKey: kept.private_key }],
    spaces: [],
    nodes: [],
    ways: [way],
  });
  here.answers["vault.get"] = () => ({ vault, version: 1 });
  await readLetter(core, row);
  expect(await intents()).toHaveLength(1);
});

test("who left and comes again is not taken out once more by another steward's device", async () => {
  const { core } = here;
  const bruno = await here.bring();
  await promote(bruno);
  const carla = await here.bring();
  await here.follow(bruno);
  await here.forge(carla, { type: "space.leave", payload: {} });
  expect(await core.store.all("SELECT id FROM intents WHERE kind = 'remove'")).toHaveLength(1);
  await here.commit(bruno, { remove: [ownLeaf(carla.group)] });
  expect(await core.store.all("SELECT id FROM intents WHERE kind = 'remove'")).toEqual([]);
  expect((await row()).trouble).toBeNull();
});

test("a guest whose reply nobody can write to stops neither the space nor the others who came along", async () => {
  const { core } = here;
  const mallory = await here.stranger();
  mallory.reply = { ...mallory.reply, boxKey: randomBytes(100) };
  const honest = await here.stranger();
  await here.wants(mallory);
  await here.wants(honest);
  await carryOut(core, await here.space());
  expect(await row()).toMatchObject({ epoch: 1, trouble: null });
  expect(await core.store.all("SELECT id FROM letters_out")).toHaveLength(1);
});

test("a member whose reply nobody can write to does not keep this device from asking the others for its place", async () => {
  const { core } = here;
  const mallory = await here.bring();
  const bruno = await here.bring();
  const { logId } = await here.space();
  await core.store.run("DELETE FROM letters_out");
  await askForPlace(core, logId, {
    contacts: [{ ...mallory.reply, boxKey: randomBytes(100) }, bruno.reply],
  });
  expect(await core.store.all("SELECT id FROM letters_out")).toHaveLength(1);
});

test("a profile that would send a member's letters to somebody else is not taken", async () => {
  const { core } = here;
  const mallory = await here.bring();
  const other = await here.stranger();
  const payload = {
    profile: { name: "Mallory", address: "mallory@hub.localhost" },
    certificate: deviceCredential(mallory.device.certificate),
    stewardKey: randomBytes(32),
  };
  const replies = () =>
    core.store.all("SELECT 1 FROM members WHERE identity_id = ? AND reply IS NOT NULL", [
      toHex(idOf(mallory)),
    ]);
  await here.forge(mallory, { type: "space.profile", payload: { ...payload, reply: other.reply } });
  expect(await replies()).toEqual([]);
  await here.forge(mallory, {
    type: "space.profile",
    payload: { ...payload, reply: mallory.reply },
  });
  expect(await replies()).toHaveLength(1);
});

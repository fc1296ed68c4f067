import type { Bytes } from "@baraza/protocol";
import { PAIR_ALPHABET, pairCheckCharacter, readPairCode } from "@baraza/protocol";
import { expect, test } from "vitest";
import { ed25519FromSeed } from "./ed25519.ts";
import {
  certificateHash,
  certifyDevice,
  createIdentity,
  deviceCredential,
  rotateIdentity,
} from "./identity.ts";
import {
  answerPairing,
  offerPairing,
  openGrant,
  pairingLink,
  pairingNumber,
  readAnswer,
  readOffer,
  readPairing,
  readReveal,
  revealPairing,
  sealGrant,
} from "./pairing.ts";
import { randomBytes } from "./primitives.ts";
import { continuesIdentity, signRoll, standsUnder, verifyRoll } from "./rolls.ts";

const bad = { code: "bad_pairing" };

async function paired(scan: boolean) {
  const made = await offerPairing();
  const scanned = scan ? { secret: made.secret } : null;
  const old = answerPairing(made.offer, scanned);
  const messages = { offer: made.offer, answer: old.answer, reveal: revealPairing(made) };
  const identity = await createIdentity();
  const { deviceKey } = readOffer(made.offer, null);
  const certificate = await certifyDevice(identity.record, identity.privateKey, deviceKey, 1);
  const body = {
    v: 1 as const,
    name: "amina",
    node: "a.localhost:1",
    identity: identity.record,
    identityKey: identity.privateKey,
    vaultKey: randomBytes(32),
    deviceCert: deviceCredential(certificate),
  };
  return { made, old, messages, body };
}

test("what one side grants the other opens, scanned or typed, and both see one number", async () => {
  for (const scan of [true, false]) {
    const { made, old, messages, body } = await paired(scan);
    expect(readAnswer(messages.answer, made).scanned).toBe(scan);
    readReveal(messages.reveal, messages.offer);
    expect(pairingNumber(messages)).toMatch(/^\d{6}$/);
    expect(await openGrant(made, messages, await sealGrant(old, messages, body))).toEqual(body);
  }
});

test("every message is bound: another offer, answer or opened commitment gives another number and opens nothing", async () => {
  const { made, old, messages, body } = await paired(false);
  const grant = await sealGrant(old, messages, body);
  const other = await paired(false);
  for (const part of ["answer", "reveal"] as const) {
    const mixed = { ...messages, [part]: other.messages[part] };
    expect(pairingNumber(mixed)).not.toBe(pairingNumber(messages));
    await expect(openGrant(made, mixed, grant)).rejects.toMatchObject(bad);
  }
  expect(() => readReveal(other.messages.reveal, messages.offer)).toThrow(
    expect.objectContaining(bad),
  );
  // Somebody else's grant for the same device: sealed well, signed by a stranger.
  const stranger = answerPairing(messages.offer, null);
  const theirs = await sealGrant(stranger, messages, body);
  await expect(openGrant(made, messages, theirs)).rejects.toMatchObject(bad);
  await expect(openGrant(other.made, other.messages, grant)).rejects.toMatchObject(bad);
});

test("a picture holds the old device to one offer, and the new one to who has seen it", async () => {
  const made = await offerPairing();
  const other = await offerPairing();
  const read = readPairing(`https://a.example/add-device#${pairingLink("0000000A", made)}`);
  expect(read).toBeNull();
  const code = "7K3M9QX";
  const link = pairingLink(code + pairCheckCharacter(code), made);
  const scanned = readPairing(`https://a.example/add-device#${link}`)?.scanned ?? null;
  expect(scanned?.secret).toEqual(made.secret);
  readOffer(made.offer, scanned);
  expect(() => readOffer(other.offer, scanned)).toThrow(expect.objectContaining(bad));
  const guess = answerPairing(made.offer, { secret: new Uint8Array(16) });
  expect(() => readAnswer(guess.answer, made)).toThrow(expect.objectContaining(bad));
});

test("codes are read as people type them, and a slip of one character is noticed", () => {
  const seven = "0A1B2CZ";
  const code = seven + pairCheckCharacter(seven);
  expect(readPairCode(` ${code.toLowerCase().slice(0, 4)}-${code.slice(4)} `)).toBe(code);
  expect(readPairCode(code.replace("0", "o").replace("1", "l"))).toBe(code);
  for (const text of ["", "ABC", `${code}0`, "########"]) expect(readPairCode(text)).toBeNull();
  for (let at = 0; at < 7; at++) {
    const before = PAIR_ALPHABET.indexOf(code[at] ?? "0");
    const slip = PAIR_ALPHABET[(before + 5) % 32] ?? "0";
    expect(readPairCode(code.slice(0, at) + slip + code.slice(at + 1))).toBeNull();
  }
});

test("a roll lets stand what is on it or under the new key, and neither a stranger's nor a branch", async () => {
  const first = await createIdentity();
  const key = (): Bytes => ed25519FromSeed(randomBytes(32)).publicKey;
  const kept = await certifyDevice(first.record, first.privateKey, key(), 1);
  const lost = await certifyDevice(first.record, first.privateKey, key(), 2);
  const next = await rotateIdentity(first);
  const bytes = await signRoll(next, [certificateHash(kept)]);
  const roll = await verifyRoll(bytes);
  expect(standsUnder(roll, kept)).toBe(true);
  expect(standsUnder(roll, lost)).toBe(false);
  // Whoever kept the former key certifies one more, or hands the identity on to a key of their own.
  const late = await certifyDevice(first.record, first.privateKey, key(), 3);
  expect(standsUnder(roll, late)).toBe(false);
  const branch = await rotateIdentity(first);
  const branched = await certifyDevice(branch.record, branch.privateKey, key(), 4);
  expect(continuesIdentity(next.record, branch.record)).toBe(false);
  expect(standsUnder(roll, branched)).toBe(false);
  const later = await rotateIdentity(next);
  const fresh = await certifyDevice(later.record, later.privateKey, key(), 5);
  expect(standsUnder(roll, fresh)).toBe(true);
  const forged = await signRoll({ record: next.record, privateKey: first.privateKey }, []);
  await expect(verifyRoll(forged)).rejects.toMatchObject({ code: "bad_identity" });
});

import type { HandoutManifest, IntakeNote } from "@baraza/protocol";
import { decodeShareFragment, encodeShareFragment, LIMITS, toHex } from "@baraza/protocol";
import { expect, test } from "vitest";
import { buildSharingVectors } from "../vectors/make-sharing.ts";
import { randomBytes } from "./primitives.ts";
import {
  accessHash,
  handoutAccess,
  handoutIdOf,
  handoutSecrets,
  intakeAccess,
  intakeSecrets,
  openIntakeNote,
  openManifest,
  openNotice,
  sealIntakeNote,
  sealManifest,
  sealNotice,
} from "./sharing.ts";
import { counting, flipped, hex, refuses, vectors } from "./test-helpers.ts";

const COST = { memory: 256, passes: 1, lanes: 4 };
const manifest: HandoutManifest = {
  v: 1,
  title: "Plans",
  files: [
    {
      name: "a b.pdf",
      type: "application/pdf",
      size: 1,
      blobId: counting(1, 16),
      key: counting(2, 32),
    },
  ],
};
const note: IntakeNote = {
  v: 1,
  name: "scan.png",
  type: "image/png",
  size: 12,
  key: counting(61, 32),
  from: "Bruno",
};

test("what this code makes from the fixed inputs is what the file holds", async () => {
  expect(await buildSharingVectors()).toEqual(vectors("sharing.json"));
});

test("the file opens with what its links hold", async () => {
  const file = vectors<Record<string, string>>("sharing.json");
  const of = (name: string) => hex(file[name] ?? "");
  const link = decodeShareFragment(file["fragmentWithPassphrase"] ?? "");
  if (link.kind !== "files") throw new Error("kind");
  expect(link).toMatchObject({ passphrase: true, secret: of("secret") });
  // The same passphrase, typed as a letter and its accent.
  const access = await handoutAccess(link.secret, "Fu\u0308nf Kraniche", COST);
  expect((await openManifest(access, of("manifestWithPassphrase"))).title).toBe("Plans");
  const drop = decodeShareFragment(`https://a.example/share#${file["intakeFragment"]}`);
  if (drop.kind !== "drop") throw new Error("kind");
  expect((await openNotice(drop, of("notice"))).text).toBe("Here");
  const to = {
    intakeId: intakeAccess(drop.secret).intakeId,
    itemId: of("itemId"),
    privateKey: of("intakePrivateKey"),
  };
  expect((await openIntakeNote(to, of("note"))).name).toBe("scan.png");
});

test("everything that comes from one seed is different, and none of it is in the link but the secret", async () => {
  const seed = randomBytes(32);
  const { secret, owner } = handoutSecrets(seed);
  const open = await handoutAccess(secret, null);
  const closed = await handoutAccess(secret, "seven canoes", COST);
  const box = await intakeSecrets(seed);
  const intake = intakeAccess(box.secret);
  const all = [
    seed,
    secret,
    owner,
    open.reader,
    open.key,
    closed.reader,
    closed.key,
    box.secret,
    box.privateKey,
    box.keyHash,
    intake.writer,
    intake.key,
    accessHash(owner),
    accessHash(open.reader),
  ].map(toHex);
  expect(new Set(all).size).toBe(all.length);
  // The id is known before the passphrase is.
  expect(closed.handoutId).toEqual(open.handoutId);
  expect(handoutIdOf(secret)).toEqual(open.handoutId);
});

test("another secret, another passphrase or another place opens no manifest, and neither does a changed bit", async () => {
  const secret = randomBytes(32);
  const access = await handoutAccess(secret, "seven canoes", COST);
  const sealed = await sealManifest(access, manifest);
  expect(await openManifest(access, sealed)).toEqual(manifest);
  const others = [
    await handoutAccess(secret, null),
    await handoutAccess(secret, "Seven canoes", COST),
    await handoutAccess(randomBytes(32), "seven canoes", COST),
    { ...access, handoutId: randomBytes(16) },
  ];
  for (const other of others) await refuses(() => openManifest(other, sealed), "open_failed");
  for (const at of [0, 40, 70, sealed.length - 1])
    await refuses(() => openManifest(access, flipped(sealed, at)), "open_failed");
});

test("a manifest shows its size only roughly, and the largest one fits", async () => {
  const access = await handoutAccess(randomBytes(32), null);
  const size = async (count: number, length: number) => {
    const file = { ...manifest.files[0], name: "x".repeat(length) };
    const files = Array.from({ length: count }, () => file) as HandoutManifest["files"];
    return (await sealManifest(access, { ...manifest, files })).length;
  };
  expect(await size(1, 3)).toBe(await size(1, 200));
  expect(await size(LIMITS.handoutFiles, 60)).toBeLessThanOrEqual(LIMITS.handoutManifestBytes);
});

test("a notice with another public key than the link's is refused, though it is sealed under the link's secret", async () => {
  const box = await intakeSecrets(randomBytes(32));
  const other = await intakeSecrets(randomBytes(32));
  const notice = { v: 1 as const, title: "Forms", text: "", publicKey: box.publicKey };
  const sealed = await sealNotice(box.secret, notice);
  expect(await openNotice(box, sealed)).toEqual(notice);
  const forged = await sealNotice(box.secret, { ...notice, publicKey: other.publicKey });
  await refuses(() => openNotice(box, forged), "bad_input");
  await refuses(() => openNotice({ ...box, secret: other.secret }, sealed), "open_failed");
  await refuses(() => openNotice(box, flipped(sealed, 100)), "open_failed");
});

test("a note opens with the intake's key only, for its own file in its own intake", async () => {
  const box = await intakeSecrets(randomBytes(32));
  const { intakeId } = intakeAccess(box.secret);
  const itemId = randomBytes(16);
  const place = { intakeId, itemId };
  const sealed = await sealIntakeNote({ ...place, publicKey: box.publicKey }, note);
  const { privateKey } = box;
  expect(await openIntakeNote({ ...place, privateKey }, sealed)).toEqual(note);
  const wrong = [
    { ...place, privateKey: randomBytes(32) },
    { intakeId, itemId: randomBytes(16), privateKey },
    { intakeId: randomBytes(16), itemId, privateKey },
  ];
  for (const one of wrong) await refuses(() => openIntakeNote(one, sealed), "open_failed");
  await refuses(
    () => openIntakeNote({ ...place, privateKey }, flipped(sealed, sealed.length - 1)),
    "open_failed",
  );
  await refuses(() => openIntakeNote({ ...place, privateKey }, sealed.slice(1)), "bad_input");
});

test("links are read as they were written, and nothing else is", () => {
  const secret = randomBytes(32);
  for (const link of [
    { kind: "files", passphrase: false, secret },
    { kind: "files", passphrase: true, secret },
    { kind: "drop", secret, keyHash: randomBytes(32) },
  ] as const)
    expect(decodeShareFragment(`#${encodeShareFragment(link)}`)).toEqual(link);
  const good = encodeShareFragment({ kind: "files", passphrase: false, secret });
  for (const bad of [
    "",
    "f",
    "x" + good.slice(1),
    "d" + good.slice(1),
    good + "AAAA",
    good.slice(0, -2),
    "f" + "A".repeat(300),
  ])
    expect(() => decodeShareFragment(bad)).toThrow("malformed");
});

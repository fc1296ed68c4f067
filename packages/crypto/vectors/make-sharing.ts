/** The vectors of links for people outside, as make.ts makes the rest: `node packages/crypto/vectors/make-sharing.ts`. */
import { writeFile } from "node:fs/promises";
import type { HandoutManifest, IntakeNote } from "@baraza/protocol";
import { encodeShareFragment, toHex } from "@baraza/protocol";
import * as s from "../src/sharing.ts";
import { counting } from "./make.ts";

export const SHARING_VECTORS: URL = new URL("sharing.json", import.meta.url);

/** Of the passphrase in the vectors; links use 64 MiB and three passes. */
const COST = { memory: 256, passes: 1, lanes: 4 };

/** The file's content: bytes as hexadecimal. */
export async function buildSharingVectors(): Promise<Record<string, unknown>> {
  const seed = counting(1, 32);
  const { secret, owner } = s.handoutSecrets(seed);
  const open = await s.handoutAccess(secret, null);
  const closed = await s.handoutAccess(secret, "Fünf Kraniche", COST);
  const manifest: HandoutManifest = {
    v: 1,
    title: "Plans",
    files: [
      {
        name: "plan.pdf",
        type: "application/pdf",
        size: 70_000,
        blobId: counting(40, 16),
        key: counting(60, 32),
      },
    ],
  };
  const box = await s.intakeSecrets(counting(2, 32));
  const intake = s.intakeAccess(box.secret);
  const itemId = counting(90, 16);
  const note: IntakeNote = {
    v: 1,
    name: "scan.png",
    type: "image/png",
    size: 12,
    key: counting(61, 32),
    from: "Bruno",
  };
  const notice = { v: 1 as const, title: "Forms", text: "Here", publicKey: box.publicKey };
  return {
    what: "a handout, without and with a passphrase (Argon2id of 256 KiB, one pass, four lanes), and an intake",
    seed: toHex(seed),
    secret: toHex(secret),
    owner: toHex(owner),
    ownerHash: toHex(s.accessHash(owner)),
    fragment: encodeShareFragment({ kind: "files", passphrase: false, secret }),
    fragmentWithPassphrase: encodeShareFragment({ kind: "files", passphrase: true, secret }),
    handoutId: toHex(open.handoutId),
    reader: toHex(open.reader),
    key: toHex(open.key),
    manifest: toHex(await s.sealManifest(open, manifest, counting(3, 32))),
    passphrase: "Fünf Kraniche",
    readerWithPassphrase: toHex(closed.reader),
    keyWithPassphrase: toHex(closed.key),
    manifestWithPassphrase: toHex(await s.sealManifest(closed, manifest, counting(4, 32))),
    intakeSeed: toHex(counting(2, 32)),
    intakeSecret: toHex(box.secret),
    intakePrivateKey: toHex(box.privateKey),
    intakeKeyHash: toHex(box.keyHash),
    intakeFragment: encodeShareFragment({
      kind: "drop",
      secret: box.secret,
      keyHash: box.keyHash,
    }),
    intakeId: toHex(intake.intakeId),
    writer: toHex(intake.writer),
    notice: toHex(await s.sealNotice(box.secret, notice, counting(5, 32))),
    itemId: toHex(itemId),
    note: toHex(
      await s.sealIntakeNote(
        { intakeId: intake.intakeId, itemId, publicKey: box.publicKey },
        note,
        counting(100, 64),
      ),
    ),
  };
}

if (import.meta.main)
  await writeFile(SHARING_VECTORS, `${JSON.stringify(await buildSharingVectors(), null, 2)}\n`);

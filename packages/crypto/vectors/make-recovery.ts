/** The vectors of recovery with the help of others, as make.ts makes the rest: `node packages/crypto/vectors/make-recovery.ts`. */
import { writeFile } from "node:fs/promises";
import type { RescueRequest } from "@baraza/protocol";
import { encodeCbor, encodeHelpFragment, fromHex, toHex } from "@baraza/protocol";
import * as c from "../src/index.ts";
import { hpkeGenerate } from "../src/hpke.ts";
import * as r from "../src/recovery.ts";
import { counting } from "./make.ts";

export const RECOVERY_VECTORS: URL = new URL("recovery.json", import.meta.url);

const NOW = 1_700_000_000_000;
const profile = { name: "Amina", address: "amina@a.localhost" };
/** What Shamir's scheme gave once for the secret: any two of them give it back. */
const PARTS = [
  "36b4bcacb2f578c30dd8d509a9f25aa03ff630c6b260fb6b2a5d7156fef251b477",
  "358b2f8f4b446c7f381c4efad54d003d44f7d2029fd890201c4442d69b99e4af09",
  "b5e5919f736336e77b43d4ef00555ebc037e065db0529fbfdfa11aa0ab96d143d5",
].map(fromHex);

/** The file's content: bytes as hexadecimal. */
export async function buildRecoveryVectors(): Promise<Record<string, unknown>> {
  const secret = counting(1, 32);
  const amina = await c.createIdentity(counting(60, 32));
  const holders = [counting(90, 32), counting(91, 32), counting(92, 32)];
  const publicKey = counting(120, 1216);
  const { shares } = await r.splitSecret({
    way: "people",
    owner: amina,
    profile,
    secret,
    publicKey,
    k: 2,
    holders,
    made: NOW,
    setId: counting(150, 16),
    parts: PARTS,
  });
  const [share = new Uint8Array()] = shares;
  const linkSecret = counting(10, 32);
  const pair = await hpkeGenerate(counting(20, 32));
  const request: RescueRequest = {
    v: 1,
    name: "amina",
    node: "a.localhost",
    identityId: c.identityIdOf(amina.record),
    publicKey: pair.publicKey,
    at: NOW,
  };
  const bruno = await c.createIdentity(counting(61, 32));
  const device = await c.createDevice(bruno.record, bruno.privateKey, NOW, counting(62, 32));
  const help = { name: "Bruno", address: "bruno@b.localhost" };
  const nonce = counting(30, 16);
  return {
    what: "shares of a secret (2 of 3), a request for help behind a link, and a share sealed to it",
    secret: toHex(secret),
    publicKey: toHex(publicKey),
    keyCheck: toHex(r.keyCheck(publicKey)),
    shares: shares.map(toHex),
    nonce: toHex(nonce),
    shareAnswer: toHex(r.shareDigest(share, nonce)),
    linkSecret: toHex(linkSecret),
    fragment: encodeHelpFragment({ node: "a.localhost", secret: linkSecret }),
    dropId: toHex(r.rescueKeys(linkSecret).dropId),
    reader: toHex(r.rescueReader(counting(11, 32))),
    request: toHex(encodeCbor(request)),
    sealedRequest: toHex(await r.sealRescue(linkSecret, request, counting(40, 32))),
    code: r.rescueCode(linkSecret, request),
    requestPrivateKey: toHex(pair.privateKey),
    help: toHex(
      await r.sealHelp({
        secret: linkSecret,
        request,
        share,
        from: device,
        profile: help,
        ekm: counting(70, 64),
      }),
    ),
  };
}

if (import.meta.main)
  await writeFile(RECOVERY_VECTORS, `${JSON.stringify(await buildRecoveryVectors(), null, 2)}\n`);

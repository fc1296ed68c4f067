import { readFileSync } from "node:fs";
import type { Bytes, Signatures, StoredEntry, WayKind } from "@baraza/protocol";
import { decodeCbor, encodeCbor, toHex } from "@baraza/protocol";
import { expect, test } from "vitest";
import { buildVectors } from "../vectors/make.ts";
import { openBoxAddress } from "./addresses.ts";
import { cardKeys, openCard, verifyAskProof } from "./cards.ts";
import { logIdOf, openEntry, ownHash, verifyEvent } from "./entries.ts";
import { openStream } from "./files.ts";
import { advance, mirrorPageDigest, startOfLog, verifyHead } from "./heads.ts";
import { verifyDeviceCertificate, verifyIdentityRecord } from "./identity.ts";
import { openLetter } from "./letters.ts";
import { openAead } from "./primitives.ts";
import { unwrapPush, verifyPushRequest } from "./push.ts";
import { openRing } from "./ring.ts";
import { openSlot, openSlotEnvelope, readSlot, rejoinKeyPair, slotTag } from "./slots.ts";
import { hex, vectors } from "./test-helpers.ts";
import { openVaultSeen } from "./vault-seen.ts";
import { openVault, readVaultWraps, vaultHash } from "./vault.ts";
import { openWay, wayKeys } from "./ways.ts";

test("what this code makes from the fixed inputs is what the files hold", async () => {
  for (const { url, content } of await buildVectors()) {
    const kept: unknown = JSON.parse(readFileSync(url, "utf8"));
    const made: unknown = JSON.parse(JSON.stringify(content));
    expect({ file: url.pathname, content: made }).toEqual({ file: url.pathname, content: kept });
  }
});

test("the slots open with what the vault holds alone", async () => {
  const { cases, logId, groupId } = vectors<{ cases: Texts[]; logId: string; groupId: string }>(
    "slot.json",
  );
  for (const one of cases) {
    const suite = one["suite"] === "xwing" ? "xwing" : "x25519";
    const key = await rejoinKeyPair(hex(one["vaultSecret"] ?? ""), hex(groupId), suite);
    const slot = readSlot(hex(one["slot"] ?? ""));
    const [envelope] = slot.envelopes;
    if (envelope === undefined) throw new Error("no envelope");
    expect(toHex(envelope.tag)).toBe(toHex(slotTag(hex(logId), key.publicKey)));
    const secret = await openSlotEnvelope(envelope, key, hex(logId));
    expect(encodeCbor(await openSlot(secret, slot, hex(logId)))).toEqual(hex(one["content"] ?? ""));
  }
});

/** Vectors whose fields are all texts, most of them bytes in hexadecimal. */
type Texts = Record<string, string>;
const opener = (file: string) => {
  const found = vectors<Texts>(file);
  return (name: string): Bytes => hex(found[name] ?? "");
};

test("the files open: sealed bytes, identities, entries", async () => {
  const aead = vectors<{ cases: Texts[] }>("aead.json").cases;
  for (const { key, aad, sealed, plain, label } of aead)
    expect(
      toHex(
        await openAead(hex(key ?? ""), hex(sealed ?? ""), hex(aad ?? ""), { label: label ?? "" }),
      ),
    ).toBe(plain);
  const people = vectors<Record<string, Texts>>("identity.json");
  for (const name of ["identity", "rotated"])
    expect(toHex(await verifyIdentityRecord(hex(people[name]?.["record"] ?? "")))).toBe(
      people[name]?.["identityId"],
    );
  const device = await verifyDeviceCertificate(hex(people["device"]?.["certificate"] ?? ""));
  expect(toHex(device.hash)).toBe(people["device"]?.["hash"]);
  const entry = opener("entry.json");
  expect(logIdOf(entry("genesis"))).toEqual(entry("logId"));
  const { event } = await openEntry({
    contentKey: entry("contentKey"),
    headerBytes: entry("header"),
    body: entry("body"),
  });
  expect(ownHash(event)).toEqual(entry("ownHash"));
  const author = { deviceKey: entry("deviceKey"), hash: device.hash };
  expect(await verifyEvent({ logId: entry("logId"), epoch: 3, event, ...author })).toBe(true);
});

test("the files open: letters, addresses, pushes, cards, vaults, rings, files", async () => {
  const letter = opener("letter.json");
  const keys = { [toHex(letter("boxKeyId"))]: letter("privateKey") };
  const opened = await openLetter({ letter: letter("letter"), keys, me: letter("recipient") });
  expect(opened.body).toEqual(letter("body"));
  expect(opened.sender.hash).toEqual(letter("sender"));
  const { nodeSecret, cases } = vectors<{ nodeSecret: string; cases: Texts[] }>("box-address.json");
  for (const { address, boxId, scope } of cases) {
    const fields = openBoxAddress(hex(nodeSecret), hex(address ?? ""));
    expect(fields && { boxId: toHex(fields.boxId), scope: fields.scope }).toEqual({ boxId, scope });
  }
  const push = opener("push.json");
  expect(unwrapPush(push("wrapKey"), push("wrapped"))).toEqual(push("content"));
  expect(await verifyPushRequest(push("nodeKey"), decodeCbor(push("request")) as never)).toBe(true);
  const card = vectors<Texts & { keyPackages: string[] }>("card.json");
  const links = cardKeys(hex(card["secret"] ?? ""));
  expect(toHex(links.cardId)).toBe(card["cardId"]);
  expect((await openCard(links.key, hex(card["sealed"] ?? ""))).title).toBe("Kikundi");
  const packages = card.keyPackages.map(hex);
  const proof = hex(card["askProof"] ?? "");
  expect(verifyAskProof(links.proofKey, hex(card["asker"] ?? ""), packages, proof)).toBe(true);
  const vault = opener("vault.json");
  const { ways } = vectors<{ ways: Texts[] }>("vault.json");
  for (const [at, wrap] of readVaultWraps(vault("sealed")).entries()) {
    const keys = await wayKeys(wrap.way as WayKind, hex(ways[at]?.["secret"] ?? ""));
    expect(await openWay(keys, vault("identityId"), wrap)).toEqual(vault("vaultKey"));
  }
  expect(vaultHash(await openVault(vault("vaultKey"), vault("sealed")))).toEqual(vault("hash"));
  const { seen } = vectors<{ seen: Texts }>("vault.json");
  const told = (name: string) => hex(seen[name] ?? "");
  expect(await openVaultSeen(told("identityKey"), told("logId"), told("sealed"))).toMatchObject({
    hash: vault("hash"),
  });
  const ring = opener("ring.json");
  expect((await openRing(ring("key"), ring("sealed"), ring("logId"))).epochs).toHaveLength(3);
  const file = vectors<{ fileKey: string; size: number; content: string; chunks: string[] }>(
    "file.json",
  );
  for await (const piece of openStream(hex(file.fileKey), file.size, file.chunks.map(hex)))
    expect(toHex(piece)).toBe(file.content);
});

test("the chain of heads in protocol's vectors is followed from the genesis", async () => {
  type Step = {
    seq: number;
    header: string;
    sigs: string;
    head: string;
    time: number;
    sig: string;
    page: string;
  };
  const chain = vectors<{ genesis: string; logId: string; nodeKey: string; steps: Step[] }>(
    "head-chain.json",
    "protocol",
  );
  let known = startOfLog(hex(chain.logId), hex(chain.genesis));
  for (const { seq, header, sigs, head, time, sig, page } of chain.steps) {
    const place = { logId: hex(chain.logId), seq, head: hex(head) };
    expect(toHex(mirrorPageDigest(place))).toBe(page);
    const signed = { logId: hex(chain.logId), gen: 0, seq, head: hex(head), time, sig: hex(sig) };
    expect(await verifyHead(hex(chain.nodeKey), signed)).toBe(true);
    const entry: Pick<StoredEntry, "seq" | "header" | "sigs"> = {
      seq,
      header: hex(header),
      sigs: decodeCbor(hex(sigs)) as Signatures,
    };
    const step = advance(known, signed, [entry]);
    expect(step.verdict).toBe("ok");
    known = step.state;
  }
  expect(known.seq).toBe(3);
});

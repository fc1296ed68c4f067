/**
 * Makes this project's own vectors from fixed inputs: `node packages/crypto/vectors/make.ts` writes them anew. The
 * tests compare what this code makes with the files, so a change of a format shows as a change of a file.
 * Files named after an RFC or draft hold vectors published there and are never written here.
 */
import { writeFile } from "node:fs/promises";
import type { Bytes, Card, Decision, EntryHeader, Genesis, KeyRing, Signatures, SlotContent, Vault } from "@baraza/protocol";
import { encodeCbor, genesis as genesisSchema, toHex, utf8, writeAs } from "@baraza/protocol";
import { createArchive, sealArchiveChunk } from "../src/archive.ts";
import * as c from "../src/index.ts";
import { sealSignal, signSignal, signSignalSend } from "../src/signals.ts";
import { sealVaultSeen } from "../src/vault-seen.ts";

const here = new URL("./", import.meta.url);
const protocolVectors = new URL("../../protocol/vectors/", import.meta.url);

/** Every file with its content: bytes as hexadecimal. */
export async function buildVectors(): Promise<{ url: URL; content: unknown }[]> {
  const mine = {
    "aead.json": await aead(),
    "identity.json": await identities(),
    "entry.json": await entries(),
    "epoch.json": await epochs(),
    "letter.json": await letters(),
    "box-address.json": addresses(),
    "push.json": await pushes(),
    "card.json": await cards(),
    "vault.json": await vaults(),
    "ring.json": await rings(),
    "slot.json": await slots(),
    "records.json": await records(),
    "file.json": await files(),
    "pairing.json": await pairings(),
    "archive.json": await archives(),
    "journal.json": journal(),
    "vanish.json": await vanishing(),
    "signal.json": await signals(),
  };
  const files_ = Object.entries(mine).map(([name, content]) => ({
    url: new URL(name, here),
    content: hexed(content),
  }));
  const chain = { url: new URL("head-chain.json", protocolVectors), content: hexed(await heads()) };
  return [...files_, chain];
}

/** `length` bytes that count up from `first`. */
export function counting(first: number, length: number): c.Ed25519KeyPair["publicKey"] {
  return Uint8Array.from({ length }, (_, i) => (first + i) & 255);
}

const NOW = 1_700_000_000_000;
const seed = (first: number) => counting(first, 32);
const id16 = (first: number) => counting(first, 16);

async function aead() {
  const [key, plain, aad, salt] = [seed(1), utf8("plain"), utf8("aad"), seed(100)];
  const cases = [];
  for (const label of ["baraza/aead/1", "baraza/entry-key/1"])
    cases.push({ key, plain, aad, salt, label, sealed: await c.sealAead(key, plain, aad, { label, salt }) });
  return { what: "salt(32) || commitment(32) || AES-256-GCM, keys by HKDF-SHA-256", cases };
}

async function people() {
  const alice = await c.createIdentity(seed(1));
  const bob = await c.createIdentity(seed(2));
  const device = await c.createDevice(alice.record, alice.privateKey, NOW, seed(3));
  const bobId = c.identityIdOf(bob.record);
  return { alice, bob, device, aliceId: c.identityIdOf(alice.record), bobId };
}

async function identities() {
  const { alice, device, aliceId } = await people();
  const rotated = await c.rotateIdentity(alice, seed(40));
  return {
    what: "identity records, a rotation and a device certificate, as CBOR",
    identity: { seed: seed(1), record: encodeCbor(alice.record), identityId: aliceId },
    rotated: { seed: seed(40), record: encodeCbor(rotated.record), identityId: aliceId },
    device: { seed: seed(3), createdAt: NOW, certificate: encodeCbor(device.certificate), hash: device.hash },
  };
}

const genesis: Genesis = {
  v: 1,
  suite: 1,
  kind: "group",
  mlsSuite: "x25519",
  history: "all",
  hub: "a.localhost:8080",
  stewards: [seed(50)],
  seatId: id16(51),
  seatKey: seed(52),
  postingKey: seed(53),
  nonce: seed(54),
};
const genesisBytes = writeAs(genesisSchema, genesis);
const logId = c.logIdOf(genesisBytes);

const header: c.HeaderFields = {
  v: 1,
  suite: 1,
  logId,
  gen: 0,
  kind: "entry",
  epoch: 3,
  appendId: id16(60),
  blobs: [id16(61)],
};

async function signedEvent() {
  const { device } = await people();
  return c.signEvent({
    logId,
    epoch: 3,
    device,
    eventId: id16(62),
    counter: 1,
    prevOwnHash: c.NO_EVENT,
    seen: { gen: 0, seq: 7, head: seed(63) },
    type: "chat.message",
    typeVersion: 1,
    at: NOW,
    payload: encodeCbor({ text: "Habari" }),
  });
}

async function entries() {
  const { device } = await people();
  const event = await signedEvent();
  const contentKey = seed(64);
  const salt = seed(65);
  const sealed = await c.sealEntry({ contentKey, header, event, salt });
  return {
    what: "an event, its signature, and the entry that it is sealed into",
    genesis: genesisBytes,
    logId,
    epoch: 3,
    deviceKey: c.ed25519FromSeed(device.privateKey).publicKey,
    event: encodeCbor(event),
    signature: event.sig,
    ownHash: c.ownHash(event),
    contentKey,
    salt,
    header: sealed.header,
    headerHash: c.headerHash(sealed.header),
    batchDigest: c.appendDigest([c.headerHash(sealed.header), seed(66)]),
    body: sealed.body,
  };
}

async function epochs() {
  const calls: { label: string; context: Uint8Array; length: number; value: Uint8Array }[] = [];
  const exporter: c.Exporter = async (label, context, length) => {
    const value = c.hmac(seed(70), utf8(label), context).slice(0, length);
    calls.push({ label, context, length, value });
    return value;
  };
  const { contentKey, posting } = await c.epochKeys(exporter, logId);
  return { what: "what an epoch's exporter is asked, and the keys", calls, contentKey, postingKey: posting.publicKey };
}

async function letters() {
  const { bob, device, bobId } = await people();
  const fixed = { id: id16(80), seed: seed(81) };
  const boxKey = await c.createBoxKey(bob, 1, NOW, fixed);
  const ekm = counting(82, 64);
  const letterId = id16(83);
  const body = utf8("Karibu");
  const { letter } = await c.sealLetter({
    from: device,
    to: bobId,
    boxKey: boxKey.record,
    kind: "note",
    body,
    letterId,
    at: NOW,
    ekm,
  });
  return {
    what: "a box key and a letter sealed to it with the X-Wing randomness ekm",
    recipient: bobId,
    boxKeyId: fixed.id,
    boxKey: boxKey.record,
    privateKey: boxKey.privateKey,
    ekm,
    letterId,
    kind: "note",
    body,
    at: NOW,
    sender: device.hash,
    letter,
  };
}

function addresses() {
  const nodeSecret = seed(90);
  const common = { boxId: id16(91), addressId: id16(92), expires: NOW };
  const salt = counting(93, 24);
  const cases = [
    { ...common, scope: "letters" as const },
    { ...common, scope: "push" as const, hub: "b.localhost:8081" },
  ].map((fields) => ({ ...fields, salt, address: c.sealBoxAddress(nodeSecret, fields, salt) }));
  return { what: "box addresses of one node", nodeSecret, cases };
}

async function pushes() {
  const wrapKey = seed(100);
  const nonce = counting(101, 12);
  const content = utf8("content of a push");
  const nodeKey = c.ed25519FromSeed(seed(102));
  const request = await c.signPushRequest(nodeKey, {
    hub: "a.localhost:8080",
    to: "b.localhost:8081",
    time: NOW,
    nonce: id16(103),
    deliveries: [{ address: counting(104, 106), body: counting(105, 64) }],
  });
  return {
    what: "a wrapped push, and a delivery signed by the hub's node",
    wrapKey,
    key: c.pushKey(wrapKey),
    nonce,
    content,
    wrapped: c.wrapPush(wrapKey, content, nonce),
    nodeKey: nodeKey.publicKey,
    request: encodeCbor(request),
    digest: c.pushRequestDigest(request),
  };
}

async function cards() {
  const { alice, bob, aliceId, bobId } = await people();
  const secret = seed(110);
  const keys = c.cardKeys(secret);
  const salt = seed(111);
  const boxKey = await c.createBoxKey(alice, 1, NOW, { id: id16(112), seed: seed(113) });
  const card: Card = {
    v: 1,
    logId,
    title: "Kikundi",
    kind: "group",
    inviter: { name: "Alice", address: "alice@a.localhost:8080" },
    inviterIdentity: alice.record,
    reply: {
      node: "a.localhost:8080",
      address: counting(114, 106),
      identityId: aliceId,
      boxKey: boxKey.record,
    },
    expires: NOW,
  };
  const keyPackages = [utf8("key package 1"), utf8("key package 2")];
  return {
    what: "everything that comes from the secret of a link",
    secret,
    ...keys,
    card: encodeCbor(card),
    salt,
    sealed: await c.sealCard(keys.key, card, salt),
    asker: bobId,
    askerKey: bob.record.key,
    keyPackages,
    askProof: c.askProof(keys.proofKey, bobId, keyPackages),
  };
}

async function archives() {
  const fixed = {
    id: counting(1, 16),
    key: seed(150),
    salt: seed(151),
    aeadSalt: seed(152),
  };
  const passphrase = "a box of quiet letters";
  const archive = await createArchive(passphrase, { memory: 64, passes: 2, lanes: 1 }, fixed);
  const plain = encodeCbor([{ t: "end", spaces: 0, events: 0, entries: 0 }]);
  return {
    what: "the beginning of an archive, and a chunk that is its first and last",
    passphrase,
    key: archive.key,
    head: archive.head,
    plain,
    chunk: await sealArchiveChunk(archive, 0, true, plain, seed(153)),
  };
}

async function vaults() {
  const { alice } = await people();
  const vaultKey = seed(120);
  const exportKey = counting(121, 64);
  const secret = id16(122);
  const identityId = c.identityIdOf(alice.record);
  const ways = [
    { kind: "passphrase", secret: c.passphraseSecret(exportKey) },
    { kind: "passphrase+secret", secret: c.passphraseSecret(exportKey, secret) },
    { kind: "words", secret: id16(124) },
  ] as const;
  const keys = await Promise.all(ways.map((way) => c.wayKeys(way.kind, way.secret)));
  const listed = keys.map((one, at) => c.vaultWayOf(one, { id: id16(130 + at), created: NOW }));
  const ekm = counting(123, 64);
  const wraps = await Promise.all(
    listed.map((way) => c.sealVaultKeyTo(vaultKey, identityId, way, ekm)),
  );
  const challenge = { node: "a.localhost:8080", signInId: id16(126), challenge: seed(127) };
  const vault: Vault = {
    v: 1,
    version: 1,
    prevHash: c.NO_VAULT,
    identity: alice.record,
    identityKey: alice.privateKey,
    profile: { name: "Alice", address: "alice@a.localhost:8080" },
    boxKeys: [],
    spaces: [],
    nodes: [],
    ways: listed,
  };
  const salt = seed(125);
  return {
    what: "three ways in with what comes from their secrets, a vault whose key is sealed to each with the X-Wing randomness ekm, a signed challenge, and what is told of a vault (seen)",
    vaultKey,
    exportKey,
    secret,
    identityId,
    ekm,
    ways: ways.map((way, at) => ({
      kind: way.kind,
      secret: way.secret,
      privateKey: keys[at]?.privateKey,
      publicKey: keys[at]?.publicKey,
      psk: keys[at]?.psk,
      signKey: keys[at]?.sign.publicKey,
      wrap: wraps.map((wrap) => encodeCbor(wrap))[at],
    })),
    challenge: {
      ...challenge,
      sig: await c.signChallenge(keys[2]?.sign.privateKey ?? seed(0), challenge),
    },
    vault: encodeCbor(vault),
    hash: c.vaultHash(vault),
    salt,
    sealed: await c.sealVault(vaultKey, wraps, vault, salt),
    seen: await vaultsSeen(alice.privateKey, c.vaultHash(vault), salt),
  };
}

/** What devices of one person tell each other of their vault, in the log of a space. */
async function vaultsSeen(identityKey: Bytes, hash: Bytes, salt: Bytes) {
  const logId = seed(128);
  const seen = { node: "a.localhost:8080", version: 7, hash };
  const sealed = await sealVaultSeen(identityKey, logId, seen, salt);
  return { identityKey, logId, node: seen.node, version: seen.version, sealed };
}

async function vanishing() {
  const [secret, groupId, salt, plain] = [seed(1), seed(40), seed(90), utf8("until tomorrow")];
  const binding = { logId: seed(60), epoch: 3, eventId: id16(80), from: NOW, ms: 86_400_000 };
  const tree = c.vanishTree(secret, groupId);
  const hour = c.hourOf(NOW);
  return {
    what: "what disappears: the root of an epoch, the key of an hour, what is left once earlier hours are forgotten, a sealed event",
    secret,
    groupId,
    root: tree[0]?.key,
    hour,
    key: c.hourKey(tree, hour),
    left: c.forgetBefore(tree, hour),
    binding,
    plain,
    salt,
    sealed: await c.sealVanishing(tree, binding, plain, salt),
  };
}

async function signals() {
  const { device } = await people();
  const place = { logId: seed(60), gen: 1, epoch: 3 };
  const [key, salt, posting, body] = [seed(1), seed(90), c.ed25519FromSeed(seed(5)), counting(0, 512)];
  const signal = await signSignal(place, device, { at: NOW, kind: "typing", on: true });
  const sent = await signSignalSend(posting.privateKey, { ...place, time: NOW, body });
  return {
    what: "a signal: signed by a device, sealed to one length, and the request that brings one to its hub",
    place,
    key,
    salt,
    deviceKey: device.certificate.deviceKey,
    signal: encodeCbor(signal),
    sealed: await sealSignal(place, key, signal, salt),
    posting: posting.publicKey,
    request: encodeCbor(sent),
  };
}

async function rings() {
  const ring: KeyRing = { epochs: [0, 1, 5].map((epoch) => ({ epoch, key: seed(130 + epoch) })) };
  const key = seed(140);
  const salt = seed(141);
  return { what: "a key ring", logId, key, salt, ring: encodeCbor(ring), sealed: await c.sealRing(key, ring, logId, salt) };
}

async function slots() {
  const secret = seed(210);
  const groupId = genesis.nonce;
  const cases = [];
  for (const suite of ["x25519", "xwing"] as const) {
    const vaultSecret = seed(211);
    const key = await c.rejoinKeyPair(vaultSecret, groupId, suite);
    const tag = c.slotTag(logId, key.publicKey);
    const content: SlotContent = {
      v: 1,
      logId,
      epoch: 3,
      seen: { gen: 0, seq: 7, head: seed(212) },
      groupInfo: counting(213, 60),
      tree: counting(214, 200),
      ring: [{ from: 2, keys: counting(215, 64) }],
    };
    const slot = await c.sealSlot(secret, content, {
      groupId,
      suite,
      recipients: new Map([[toHex(tag), key.publicKey]]),
    });
    cases.push({
      suite,
      vaultSecret,
      publicKey: key.publicKey,
      privateKey: key.privateKey,
      announced: c.announceRejoinKey(2, key.publicKey),
      tag,
      content: encodeCbor(content),
      slot: slot?.bytes,
      hash: slot?.hash,
      outerKey: slot?.outerKey,
    });
  }
  return { what: "rejoin keys from the vault's secret, and a slot sealed to one (GroupInfo and tree stand for any)", logId, groupId, secret, cases };
}

async function records() {
  const nodeKey = c.ed25519FromSeed(seed(150));
  const gateway = await c.gatewayKeys(seed(151));
  const tokens = c.tokenKeyPair(seed(152));
  const seat = c.ed25519FromSeed(seed(153));
  const session = { logId, seatId: id16(154), hub: "a.localhost:8080", time: NOW };
  const push = { node: "b.localhost:8081", address: counting(155, 106), wrapKey: seed(156) };
  const steward = c.ed25519FromSeed(seed(157));
  const stewardHeader = encodeCbor({ stands: "for a header" });
  const stewardDecision: Decision = {
    logId,
    gen: 0,
    id: id16(158),
    record: { op: "stewards", stewards: [steward.publicKey], until: NOW },
  };
  return {
    what: "signed records of nodes, seats and stewards",
    nodeRecord: {
      nodeKey: nodeKey.publicKey,
      record: await c.signNodeRecord(nodeKey, {
        v: 1,
        minVersion: 1,
        maxVersion: 1,
        name: "a.localhost:8080",
        gatewayKeys: c.encodeKeyConfigs([gateway]),
        tokenKey: tokens.publicKey,
        notAfter: NOW,
        software: "baraza",
      }),
    },
    logSession: {
      seatKey: seat.publicKey,
      hub: session.hub,
      digest: c.logSessionDigest(session),
      request: encodeCbor(await c.signLogSession(seat, session)),
    },
    seatPush: {
      seatKey: seat.publicKey,
      request: encodeCbor(await c.signSeatPush(seat, { logId, seatId: id16(154), push, time: NOW })),
    },
    steward: {
      key: steward.publicKey,
      header: stewardHeader,
      sig: (await c.signSteward([steward], stewardHeader))[0]?.sig,
    },
    stewardDecision: {
      decision: encodeCbor(stewardDecision),
      digest: c.decisionDigest(stewardDecision),
      ...(await c.signDecision(steward, stewardDecision)),
    },
  };
}

async function files() {
  const fileKey = seed(160);
  const content = utf8("a short file");
  const chunks = [];
  for await (const chunk of c.sealStream(fileKey, content.length, [content])) chunks.push(chunk);
  const hash = c.contentHash(content.length, [await c.pieceHash(content)]);
  return { what: "a file's sealed chunks", fileKey, size: content.length, content, hash, chunks };
}

async function pairings() {
  const { alice } = await people();
  const made = await c.offerPairing(counting(40, 128));
  const old = c.answerPairing(made.offer, made, counting(7, 64));
  const messages = { offer: made.offer, answer: old.answer, reveal: c.revealPairing(made) };
  const { deviceKey } = c.readOffer(made.offer, null);
  const certificate = await c.certifyDevice(alice.record, alice.privateKey, deviceKey, NOW);
  const body = {
    v: 1 as const,
    name: "alice",
    node: "a.example",
    identity: alice.record,
    identityKey: alice.privateKey,
    vaultKey: seed(190),
    deviceCert: c.deviceCredential(certificate),
  };
  const rotated = await c.rotateIdentity(alice, seed(4));
  return {
    what: "a scanned pairing: offer, answer, reveal, the number of the three, the sealed grant; and a roll",
    link: c.pairingLink("0A1B2CZ0", made),
    ...messages,
    hpkePrivateKey: made.hpkePrivateKey,
    number: c.pairingNumber(messages),
    grant: await c.sealGrant(old, messages, body, counting(3, 64)),
    body: encodeCbor(body),
    roll: await c.signRoll(rotated, [c.certificateHash(certificate)]),
  };
}

/** A node's journal: three entries, each with the hash that binds those before it. */
function journal() {
  const entries = [
    { number: 1, at: NOW, act: "claim", subject: "amina", detail: {} },
    { number: 2, at: NOW + 1, by: "amina", act: "invite", detail: { count: 50 } },
    { number: 3, at: NOW + 2, by: "amina", act: "role", subject: "bruno", detail: { role: "administrator" } },
  ];
  let hash = c.NO_JOURNAL;
  const chained = entries.map((entry) => {
    hash = c.journalHash(hash, entry);
    return { ...entry, hash };
  });
  return { what: "hash_n = H('baraza/journal/1' || hash_(n-1) || cbor(entry without its hash)), from 32 zeros", entries: chained };
}

async function heads() {
  const node = c.ed25519FromSeed(seed(170));
  const event = await signedEvent();
  const steps = [];
  let head = c.genesisHead(genesisBytes);
  for (let seq = 1; seq <= 3; seq++) {
    const entry = await c.sealEntry({
      contentKey: seed(171),
      header: { ...header, appendId: id16(171 + seq) } satisfies Partial<EntryHeader>,
      event,
      salt: seed(180 + seq),
    });
    const sigs: Signatures = { posting: await c.signAppend(seed(172), c.headerHash(entry.header)) };
    head = c.nextHead(head, seq, entry.header, sigs);
    const signed = await c.signHead(node, { logId, gen: 0, seq, head, time: NOW + seq });
    const page = c.mirrorPageDigest({ logId, seq, head });
    steps.push({ seq, header: entry.header, sigs: encodeCbor(sigs), head, time: NOW + seq, sig: signed.sig, page });
  }
  return {
    what: "head_n = H(head_(n-1) || uint64(seq) || H(header || cbor(signatures))), from H('baraza/head/1' || genesis)",
    genesis: genesisBytes,
    logId,
    nodeKey: node.publicKey,
    genesisHead: c.genesisHead(genesisBytes),
    steps,
  };
}

function hexed(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(hexed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hexed(item)]));
}

if (import.meta.main) {
  for (const { url, content } of await buildVectors())
    await writeFile(url, `${JSON.stringify(content, null, 2)}\n`);
}

/** A member whose program keeps no rules: it commits what it likes, with the keys that its engine's store holds. */
import {
  appendDigest,
  commit,
  createKeyPackage,
  decodeGroup,
  ed25519FromSeed,
  ed25519Generate,
  epoch,
  epochKeys,
  exportSecret,
  externalCommit,
  groupId,
  headerHash,
  openSlot,
  ownHash,
  randomBytes,
  readDeviceCredential,
  readSlot,
  roster,
  sealEntry,
  sha256,
  signAppend,
  signEvent,
  slotKeys,
  slotOuterKey,
  treeRoster,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Group } from "@baraza/crypto";
import { nodeTransport } from "@baraza/engine/node";
import type { Bytes, DeviceCertificate, Signatures, SlotClaim } from "@baraza/protocol";
import {
  decodeCbor,
  decodeResponse,
  encodeCbor,
  encodeRequest,
  equalBytes,
  fromHex,
  PATHS,
} from "@baraza/protocol";
import { hubSlot, storeRows } from "./inspect.ts";
import type { TestNode } from "./node-handle.ts";
import type { Person } from "./person.ts";

export type Mischief = {
  /** Identities (hexadecimal) to throw out. */
  remove?: readonly string[];
  /** Names this posting key instead of the one that the epoch gives. */
  nextPostingKey?: { publicKey: Bytes; privateKey: Bytes };
  /** Registers seats for nobody. */
  addSeats?: readonly Bytes[];
  /** Puts these bytes for a rejoin slot, with a claim that says so and so. */
  slot?: { bytes: Bytes; outerKey: Bytes; claim?: SlotClaim };
};

/** Commits to a space in the name of somebody whose engine is closed. The hub takes it: it cannot see what is inside. */
export async function misbehave(
  who: Person,
  hub: TestNode,
  spaceId: string,
  mischief: Mischief,
): Promise<void> {
  const [space] = storeRows<{
    mls: Bytes;
    gen: number;
    seq: number;
    head: Bytes;
    counter: number;
    own_hash: Bytes;
    seat_id: Bytes;
    seat_key: Bytes;
  }>(who.directory, "SELECT * FROM spaces WHERE log_id = ?", spaceId);
  const [account] = storeRows<{ device_cert: Bytes; device_key: Bytes }>(
    who.directory,
    "SELECT device_cert, device_key FROM account",
  );
  if (space === undefined || account === undefined) throw new Error("nobody is there");
  const logId = fromHex(spaceId);
  const group = await decodeGroup(space.mls);
  const now = await keysOf(group);
  const leaves = await leavesOf(group, mischief.remove ?? []);
  const made = await commit(
    group,
    { add: [], remove: leaves, now: Date.now() },
    { verifyCredential: identityOf, authorise: () => undefined },
  );
  const next = mischief.nextPostingKey ?? (await keysOf(made.pending)).posting;
  const certificate = decodeCbor(account.device_cert) as unknown as DeviceCertificate;
  const { hash } = await verifyDeviceCertificate(certificate);
  const event = await signEvent({
    logId,
    epoch: epoch(group),
    device: { hash, privateKey: account.device_key },
    eventId: randomBytes(16),
    counter: space.counter + 1,
    prevOwnHash: space.own_hash,
    seen: { gen: space.gen, seq: space.seq, head: space.head },
    type: "space.commit",
    typeVersion: 1,
    at: Date.now(),
    payload: encodeCbor({
      mls: made.message,
      ...(mischief.slot?.claim === undefined ? {} : { slot: mischief.slot.claim }),
    }),
  });
  if (ownHash(event).length !== 32) throw new Error("unreachable");
  const { header, body } = await sealEntry({
    contentKey: now.contentKey,
    header: {
      v: 1,
      suite: 1,
      logId,
      gen: space.gen,
      kind: "commit",
      epoch: epoch(group),
      appendId: randomBytes(16),
      blobs: [],
      nextPostingKey: next.publicKey,
      seatId: space.seat_id,
      ...(mischief.slot === undefined
        ? { slotHash: null }
        : { slotHash: sha256(mischief.slot.bytes), outerKey: mischief.slot.outerKey }),
      ...(mischief.addSeats === undefined ? {} : { addSeats: [...mischief.addSeats] }),
    },
    event,
  });
  const digest = appendDigest([headerHash(header)]);
  const sigs = {
    posting: await signAppend(now.posting.privateKey, digest),
    seat: await signAppend(ed25519FromSeed(space.seat_key), digest),
    next: await signAppend(next.privateKey, digest),
  };
  await append(hub, logId, { header, body }, sigs, mischief.slot?.bytes);
}

/** What somebody needs to rejoin by force: the slot's secret, which a member gave away, and the slot, which the hub did. */
export type Leak = { secret: Bytes; slot: Bytes };

/** The slot as the hub keeps it, and its secret from a member's store. */
export function leakOf(member: Person, hub: TestNode, spaceId: string): Leak {
  const [row] = storeRows<{ slot_secret: Bytes }>(
    member.directory,
    "SELECT slot_secret FROM spaces WHERE log_id = ?",
    spaceId,
  );
  const slot = hubSlot(hub, spaceId);
  if (row === undefined || slot === null) throw new Error("there is nothing to leak");
  return { secret: row.slot_secret, slot };
}

/** Rejoins a space that `who` is no member of any more, with the keys that their engine's store still holds. */
export async function intrude(
  who: Person,
  hub: TestNode,
  spaceId: string,
  { secret, slot }: Leak,
  head: { gen: number; seq: number; head: Bytes },
): Promise<void> {
  const logId = fromHex(spaceId);
  const [account] = storeRows<{ device_cert: Bytes; device_key: Bytes }>(
    who.directory,
    "SELECT device_cert, device_key FROM account",
  );
  if (account === undefined) throw new Error("nobody is there");
  const read = readSlot(slot);
  const content = await openSlot(secret, read, logId);
  const seat = ed25519Generate();
  const certificate = decodeCbor(account.device_cert) as unknown as DeviceCertificate;
  const { hash, deviceKey } = await verifyDeviceCertificate(certificate);
  const own = await createKeyPackage({
    suite: "x25519",
    credential: account.device_cert,
    signatureKey: { publicKey: deviceKey, privateKey: account.device_key },
    seatKey: seat.publicKey,
    now: Date.now(),
  });
  const { groupInfo, tree } = content;
  // In a slot from before its removal its old leaf still stands.
  const old = (await treeRoster(tree, "x25519")).find((one) =>
    equalBytes(one.signatureKey, deviceKey),
  );
  const made = await externalCommit(
    { ...own, groupInfo, tree, ...(old === undefined ? {} : { replace: old.leaf }) },
    { verifyCredential: identityOf, authorise: () => undefined },
  );
  const next = await keysOf(made.pending);
  const event = await signEvent({
    logId,
    epoch: content.epoch,
    device: { hash, privateKey: account.device_key },
    eventId: randomBytes(16),
    counter: 5000,
    prevOwnHash: randomBytes(32),
    seen: head,
    type: "space.rejoin",
    typeVersion: 1,
    at: Date.now(),
    payload: encodeCbor({ mls: made.message, certificate: account.device_cert }),
  });
  const contentKey = slotKeys(content).get(content.epoch);
  if (contentKey === undefined) throw new Error("a slot without a key");
  const { header, body } = await sealEntry({
    contentKey,
    header: {
      v: 1,
      suite: 1,
      logId,
      gen: head.gen,
      kind: "rejoin",
      epoch: content.epoch,
      appendId: randomBytes(16),
      blobs: [],
      nextPostingKey: next.posting.publicKey,
      seatId: sha256(seat.publicKey).slice(0, 16),
      addSeats: [seat.publicKey],
      slotHash: null,
    },
    event,
  });
  const digest = appendDigest([headerHash(header)]);
  const outer = slotOuterKey(secret, groupId(made.pending));
  await append(
    hub,
    logId,
    { header, body },
    {
      outer: await signAppend(outer.privateKey, digest),
      seat: await signAppend(seat.privateKey, digest),
      next: await signAppend(next.posting.privateKey, digest),
    },
  );
}

async function append(
  hub: TestNode,
  logId: Bytes,
  entry: { header: Bytes; body: Bytes },
  sigs: Signatures,
  slot?: Bytes,
): Promise<void> {
  const transport = nodeTransport(hub.url);
  try {
    const answer = await transport.request(
      `${PATHS.api}logs.append`,
      encodeRequest("logs.append", {
        logId,
        entries: [entry],
        sigs,
        ...(slot === undefined ? {} : { slot }),
      }),
      { headers: { "content-type": "application/cbor" } },
    );
    decodeResponse("logs.append", answer.status, answer.body);
  } finally {
    transport.close();
  }
}

function keysOf(group: Group) {
  return epochKeys(
    (label, context, length) => exportSecret(group, label, context, length),
    groupId(group),
  );
}

async function identityOf(credential: Bytes): Promise<{ identity: Bytes }> {
  const { identityId } = await verifyDeviceCertificate(readDeviceCredential(credential));
  return { identity: identityId };
}

async function leavesOf(group: Group, identities: readonly string[]): Promise<number[]> {
  const leaves: number[] = [];
  for (const member of roster(group)) {
    const { identity } = await identityOf(member.credential);
    if (identities.some((id) => Buffer.from(identity).toString("hex") === id))
      leaves.push(member.leaf);
  }
  return leaves;
}

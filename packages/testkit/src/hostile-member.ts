/** A member whose program keeps no rules: it commits what it likes, with the keys that its engine's store holds. */
import {
  appendDigest,
  commit,
  decodeGroup,
  ed25519FromSeed,
  epoch,
  epochKeys,
  exportSecret,
  groupId,
  headerHash,
  ownHash,
  randomBytes,
  readDeviceCredential,
  roster,
  sealEntry,
  signAppend,
  signEvent,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Group } from "@baraza/crypto";
import { nodeTransport } from "@baraza/engine/node";
import type { Bytes, DeviceCertificate } from "@baraza/protocol";
import {
  decodeCbor,
  decodeResponse,
  encodeCbor,
  encodeRequest,
  fromHex,
  PATHS,
} from "@baraza/protocol";
import { storeRows } from "./inspect.ts";
import type { TestNode } from "./node-handle.ts";
import type { Person } from "./person.ts";

export type Mischief = {
  /** Identities (hexadecimal) to throw out. */
  remove?: readonly string[];
  /** Names this posting key instead of the one that the epoch gives. */
  nextPostingKey?: { publicKey: Bytes; privateKey: Bytes };
  /** Registers seats for nobody. */
  addSeats?: readonly Bytes[];
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
    payload: encodeCbor({ mls: made.message }),
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
      slotHash: null,
      ...(mischief.addSeats === undefined ? {} : { addSeats: [...mischief.addSeats] }),
    },
    event,
  });
  const digest = appendDigest([headerHash(header)]);
  await append(hub, logId, header, body, {
    posting: await signAppend(now.posting.privateKey, digest),
    seat: await signAppend(ed25519FromSeed(space.seat_key), digest),
    next: await signAppend(next.privateKey, digest),
  });
}

async function append(
  hub: TestNode,
  logId: Bytes,
  header: Bytes,
  body: Bytes,
  sigs: { posting: Bytes; seat: Bytes; next: Bytes },
): Promise<void> {
  const transport = nodeTransport(hub.url);
  try {
    const answer = await transport.request(
      `${PATHS.api}logs.append`,
      encodeRequest("logs.append", { logId, entries: [{ header, body }], sigs }),
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

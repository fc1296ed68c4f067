/**
 * Members of a space without a screen: real accounts with real devices and seats, whose own work is as little as can
 * be, so that a hundred of them fit beside the node that is measured. For the node nothing tells them from engines.
 */
import {
  blindToken,
  createBoxKey,
  createDevice,
  createIdentity,
  deviceCredential,
  ed25519Generate,
  finalizeTokens,
  headerHash,
  logIdOf,
  NO_EVENT,
  ownHash,
  randomBytes,
  sealEntry,
  sha256,
  signAppend,
  signEvent,
  signSeatPush,
  unwrapPush,
  verifyNodeRecord,
  signPossession,
} from "@baraza/crypto";
import type { Device, Ed25519KeyPair, HeaderFields } from "@baraza/crypto";
import { finishRegistration, startRegistration } from "@baraza/crypto/opaque";
import { nodeTransport } from "@baraza/engine/node";
import type { NodeTransport } from "@baraza/engine/node";
import type { Bytes, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import {
  decodeResponse,
  encodeCbor,
  encodeRequest,
  genesis as genesisSchema,
  LIMITS,
  liveDown,
  PATHS,
  ProtocolError,
  pushContent,
  readAs,
  ROUTES,
  toBase64url,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { pause } from "./process.ts";

export type Member = {
  name: string;
  device: Device;
  transport: NodeTransport;
  session: Bytes;
  boxId: Bytes;
  seat: Ed25519KeyPair;
  /** Where this device's own chain of events stands. */
  chain: { counter: number; prevOwnHash: Bytes };
};

/** A log with its epoch's keys: what a group of MLS would have agreed upon. */
export type Space = {
  logId: Bytes;
  hub: string;
  posting: Ed25519KeyPair;
  contentKey: Bytes;
};

/** Calls a route of the member's node; where the node wants one to be slower, it is. @throws ProtocolError as the node answered */
export async function call<N extends RouteName>(
  member: Pick<Member, "transport" | "session">,
  name: N,
  request: RequestOf<N>,
): Promise<ResponseOf<N>> {
  for (;;) {
    try {
      return await callOnce(member, name, request);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "rate_limited") throw error;
      await pause(1000 * Number(error.data?.["seconds"] ?? 1));
    }
  }
}

async function callOnce<N extends RouteName>(
  member: Pick<Member, "transport" | "session">,
  name: N,
  request: RequestOf<N>,
): Promise<ResponseOf<N>> {
  const headers: Record<string, string> = { "content-type": "application/cbor" };
  if (ROUTES[name].access === "session")
    headers["authorization"] = `Bearer ${toBase64url(member.session)}`;
  const answer = await member.transport.request(PATHS.api + name, encodeRequest(name, request), {
    headers,
  });
  return decodeResponse(name, answer.status, answer.body);
}

/**
 * Signs people up. The passphrase is stretched once and its record serves all of them: nobody signs in again, and a
 * hundred times Argon2id would only make one wait.
 */
export async function signUp(url: string, names: readonly string[]): Promise<Member[]> {
  let record: string | null = null;
  const members: Member[] = [];
  for (const name of names) {
    const transport = nodeTransport(url);
    const nobody = { transport, session: new Uint8Array() };
    if (record === null) {
      const started = await startRegistration("a quiet passphrase");
      const { request } = started;
      const { response } = await call(nobody, "accounts.registerStart", { name, request });
      ({ record } = await finishRegistration("a quiet passphrase", started.state, response));
    }
    const now = Date.now();
    const identity = await createIdentity();
    const device = await createDevice(identity.record, identity.privateKey, now);
    const account = {
      name,
      record,
      identity: encodeCbor(identity.record),
      deviceCert: deviceCredential(device.certificate),
      boxKey: (await createBoxKey(identity, 1, now)).record,
    };
    const { node } = await call(nobody, "accounts.policy", {});
    const { session, boxId } = await call(nobody, "accounts.registerFinish", {
      ...account,
      ways: [{ id: randomBytes(16), way: "passphrase" }],
      possession: await signPossession(identity.privateKey, { node, ...account }),
      vault: randomBytes(2048),
    });
    members.push({
      name,
      device,
      transport,
      session,
      boxId,
      seat: ed25519Generate(),
      chain: { counter: 0, prevOwnHash: NO_EVENT },
    });
  }
  return members;
}

/** Opens a log at the members' node and gives everybody a seat there. */
export async function openSpace(hub: string, members: readonly Member[]): Promise<Space> {
  const [founder, ...others] = members;
  if (founder === undefined) throw new Error("nobody");
  const posting = ed25519Generate();
  const genesis = writeAs(genesisSchema, {
    v: 1,
    suite: 1,
    kind: "group",
    mlsSuite: "x25519",
    history: "all",
    hub,
    stewards: [ed25519Generate().publicKey],
    seatId: seatIdOf(founder),
    seatKey: founder.seat.publicKey,
    postingKey: posting.publicKey,
    nonce: randomBytes(32),
  });
  const { record } = await call(founder, "relay.node", { target: hub });
  const { tokenKey } = await verifyNodeRecord(record);
  const pending = [blindToken()];
  const issued = await call(founder, "tokens.issue", {
    blinded: pending.map((one) => one.blinded),
  });
  const [token] = finalizeTokens(pending, issued, tokenKey);
  if (token === undefined) throw new Error("no token");
  await call(founder, "logs.create", { genesis, token });
  const space = { logId: logIdOf(genesis), hub, posting, contentKey: randomBytes(32) };
  for (const member of others) await call(member, "logs.append", await seatEntry(space, member));
  return space;
}

/** A message of a member as an append: signed by the device, sealed for the epoch, signed by the posting key. */
export async function message(
  space: Space,
  member: Member,
  text: string,
): Promise<RequestOf<"logs.append">> {
  const { chain, device } = member;
  const event = await signEvent({
    logId: space.logId,
    epoch: 0,
    device,
    eventId: randomBytes(16),
    counter: chain.counter + 1,
    prevOwnHash: chain.prevOwnHash,
    seen: { gen: 0, seq: 0, head: new Uint8Array(32) },
    type: "chat.message",
    typeVersion: 1,
    at: Date.now(),
    payload: encodeCbor({ text }),
  });
  chain.counter += 1;
  chain.prevOwnHash = ownHash(event);
  const { contentKey } = space;
  const entry = await sealEntry({ contentKey, header: headerOf(space, "entry"), event });
  const posting = await signAppend(space.posting.privateKey, headerHash(entry.header));
  return { logId: space.logId, entries: [entry], sigs: { posting } };
}

/** A request that is encoded already: call it to send it. A refusal goes unhandled on purpose: it ends the run. */
export function append(member: Member, request: RequestOf<"logs.append">): () => void {
  const body = encodeRequest("logs.append", request);
  const headers = { "content-type": "application/cbor" };
  return () => {
    void member.transport.request(`${PATHS.api}logs.append`, body, { headers }).then((answer) => {
      decodeResponse("logs.append", answer.status, answer.body);
    });
  };
}

/**
 * Tells the hub where the member's pushes go, and listens. Every push is unwrapped and read as an engine does it.
 * `arrived` is told the sequence number and the bytes of the body; `failed` of anything else that comes.
 */
export async function listen(
  space: Space,
  member: Member,
  arrived: (seq: number, body: Bytes) => void,
  failed: (what: string) => void,
): Promise<void> {
  const { boxId, seat } = member;
  const time = Date.now();
  const { addresses } = await call(member, "boxes.addresses", {
    boxId,
    scope: "push",
    hub: space.hub,
    expires: time + LIMITS.pushAddressMs,
    count: 1,
  });
  const address = addresses[0]?.address ?? new Uint8Array();
  const wrapKey = randomBytes(32);
  await new Promise<void>((ready) => {
    const live = member.transport.live(PATHS.live, {
      open: () =>
        live.send(
          encodeCbor({ t: "hello", session: member.session, boxes: [{ boxId, after: 0 }] }),
        ),
      message: (bytes) => {
        const frame = readAs(liveDown, bytes, LIMITS.appendBytes);
        if (frame.t === "ready") ready();
        else if (frame.t === "push") {
          const plain = unwrapPush(wrapKey, frame.body);
          const { entry, head } = readAs(pushContent, plain, LIMITS.pushBodyBytes);
          if (entry === undefined) failed(`only a notice of ${head.seq}`);
          else arrived(entry.seq, entry.body);
        } else failed(frame.t);
      },
      close: () => failed("closed"),
    });
  });
  const push = { node: space.hub, address, wrapKey };
  const request = { logId: space.logId, seatId: seatIdOf(member), push, time };
  await call(member, "logs.push", await signSeatPush(seat.privateKey, request));
}

async function seatEntry(space: Space, member: Member): Promise<RequestOf<"logs.append">> {
  const seatId = seatIdOf(member);
  const { publicKey: seatKey, privateKey } = member.seat;
  const event = await signEvent({
    logId: space.logId,
    epoch: 0,
    device: member.device,
    eventId: randomBytes(16),
    counter: 1,
    prevOwnHash: NO_EVENT,
    seen: { gen: 0, seq: 0, head: new Uint8Array(32) },
    type: "space.seat",
    typeVersion: 1,
    at: Date.now(),
    payload: encodeCbor({}),
  });
  const header: HeaderFields = {
    ...headerOf(space, "seat"),
    seat: { op: "set", seatId, seatKey },
  };
  const entry = await sealEntry({ contentKey: space.contentKey, header, event });
  const digest = headerHash(entry.header);
  return {
    logId: space.logId,
    entries: [entry],
    sigs: {
      own: await signAppend(privateKey, digest),
      posting: await signAppend(space.posting.privateKey, digest),
    },
  };
}

function headerOf({ logId }: Space, kind: "entry" | "seat"): HeaderFields {
  return { v: 1, suite: 1, logId, gen: 0, kind, epoch: 0, appendId: randomBytes(16), blobs: [] };
}

const seatIdOf = (member: Member): Bytes => sha256(member.seat.publicKey).slice(0, 16);

/** Bytes as text, to compare them. */
export const nameOf = (bytes: Bytes): string => toHex(bytes.subarray(0, 32));

/** For tests and benchmarks: a log's keys, and appends of every kind, signed as members sign them. */
import type { Ed25519KeyPair } from "@baraza/crypto";
import { ed25519Generate, signLogSession, signSeatPush } from "@baraza/crypto";
import type {
  Bytes,
  EntryHeader,
  Genesis,
  PushTarget,
  RequestOf,
  Signatures,
  StewardRecord,
} from "@baraza/protocol";
import {
  concat,
  encodeCbor,
  entryHeader,
  genesis as genesisSchema,
  LABELS,
  writeAs,
} from "@baraza/protocol";
import { createSigner, logIdOf, randomBytes, seatIdOf, sha256 } from "../../crypto-fast.ts";

export type AppendRequest = RequestOf<"logs.append">;
export type Keys = Ed25519KeyPair;

const signAppend = (key: Keys, digest: Bytes): Bytes =>
  createSigner(key.privateKey)(LABELS.append, digest);

/** A slot as a hub sees it: of nothing but the key that signs rejoins, and a tag to ask by. */
export function testSlot(outerKey: Bytes, tag: Bytes = randomBytes(16), bytes = 100): Bytes {
  const envelope = { tag, enc: randomBytes(32), ct: randomBytes(48) };
  return encodeCbor({ v: 1, outerKey, envelopes: [envelope], sealed: randomBytes(bytes) });
}

/** A new log as its creator knows it; `state` moves on with what the tests do. */
export function testLog(hub: string, options: Partial<Genesis> & { stewardKeys?: Keys[] } = {}) {
  const posting = ed25519Generate();
  const seat = ed25519Generate();
  const { stewardKeys, ...genesisOptions } = options;
  const stewards = stewardKeys ?? [ed25519Generate()];
  const genesis = writeAs(genesisSchema, {
    v: 1,
    suite: 1,
    kind: "group",
    mlsSuite: "x25519",
    history: "all",
    hub,
    stewards: stewards.map((key) => key.publicKey),
    seatId: seatIdOf(seat.publicKey),
    seatKey: seat.publicKey,
    postingKey: posting.publicKey,
    nonce: randomBytes(32),
    ...genesisOptions,
  });
  const logId = logIdOf(genesis);
  const state = { epoch: 0, gen: 0, posting };
  const seatId = seatIdOf(seat.publicKey);

  const headerOf = (body: Bytes, fields: Partial<EntryHeader>): Bytes =>
    writeAs(entryHeader, {
      v: 1,
      suite: 1,
      logId,
      gen: state.gen,
      kind: "entry",
      epoch: state.epoch,
      appendId: randomBytes(16),
      bodyLen: body.length,
      bodyHash: sha256(body),
      blobs: [],
      ...fields,
    });
  const one = (
    body: Bytes,
    fields: Partial<EntryHeader>,
    sign: (digest: Bytes) => Signatures,
  ): AppendRequest => {
    const header = headerOf(body, fields);
    return { logId, entries: [{ header, body }], sigs: sign(sha256(header)) };
  };
  const body = (bytes = 2048) => randomBytes(bytes);

  return {
    genesis,
    logId,
    seat,
    seatId,
    stewards,
    state,
    headerOf,
    one,
    entry: (
      fields: Partial<EntryHeader> = {},
      key: Keys = state.posting,
      bytes = 2048,
    ): AppendRequest =>
      one(body(bytes), fields, (digest) => ({ posting: signAppend(key, digest) })),
    batch: (count: number, bytes = 2048): AppendRequest => {
      const entries = Array.from({ length: count }, () => {
        const content = body(bytes);
        return { header: headerOf(content, {}), body: content };
      });
      const hashes = concat(...entries.map((entry) => sha256(entry.header)));
      const digest = count === 1 ? hashes : sha256(hashes);
      return { logId, entries, sigs: { posting: signAppend(state.posting, digest) } };
    },
    commit: (
      next: Keys,
      by: {
        seat?: Keys;
        posting?: Keys;
        /** With the key that it names. */
        slot?: { bytes: Bytes; outer: Keys };
        fields?: Partial<EntryHeader>;
        bytes?: number;
      } = {},
    ): AppendRequest => {
      const seatKeys = by.seat ?? seat;
      const request = one(
        body(by.bytes),
        {
          kind: "commit",
          nextPostingKey: next.publicKey,
          seatId: seatIdOf(seatKeys.publicKey),
          slotHash: by.slot === undefined ? null : sha256(by.slot.bytes),
          ...(by.slot === undefined ? {} : { outerKey: by.slot.outer.publicKey }),
          ...by.fields,
        },
        (digest) => ({
          posting: signAppend(by.posting ?? state.posting, digest),
          seat: signAppend(seatKeys, digest),
          next: signAppend(next, digest),
        }),
      );
      return by.slot === undefined ? request : { ...request, slot: by.slot.bytes };
    },
    /** By whoever can sign with the slot's key, with a new seat. */
    rejoin: (
      outer: Keys,
      next: Keys,
      by: { seat?: Keys; signs?: Keys; fields?: Partial<EntryHeader> } = {},
    ): AppendRequest => {
      const seatKeys = by.seat ?? ed25519Generate();
      return one(
        body(),
        {
          kind: "rejoin",
          nextPostingKey: next.publicKey,
          seatId: seatIdOf(seatKeys.publicKey),
          addSeats: [seatKeys.publicKey],
          slotHash: null,
          ...by.fields,
        },
        (digest) => ({
          outer: signAppend(outer, digest),
          seat: signAppend(by.signs ?? seatKeys, digest),
          next: signAppend(next, digest),
        }),
      );
    },
    /** To be called when a commit was accepted. */
    moved: (next: Keys, epoch = state.epoch + 1) => {
      state.posting = next;
      state.epoch = epoch;
    },
    putSeat: (keys: Keys, by: { own?: Keys; posting?: Keys } = {}): AppendRequest =>
      one(
        body(),
        {
          kind: "seat",
          seat: { op: "set", seatId: seatIdOf(keys.publicKey), seatKey: keys.publicKey },
        },
        (digest) => ({
          own: signAppend(by.own ?? keys, digest),
          posting: signAppend(by.posting ?? state.posting, digest),
        }),
      ),
    leaveSeat: (keys: Keys, by: Keys = keys): AppendRequest =>
      one(
        body(),
        {
          kind: "seat",
          seat: { op: "remove", seatId: seatIdOf(keys.publicKey), seatKey: keys.publicKey },
        },
        (digest) => ({ own: signAppend(by, digest) }),
      ),
    steward: (
      record: StewardRecord,
      by: Keys[] = stewards.slice(0, 1),
      fields: Partial<EntryHeader> = {},
    ): AppendRequest =>
      one(body(), { kind: "steward", steward: record, ...fields }, (digest) => ({
        stewards: by.map((keys) => ({ key: keys.publicKey, sig: signAppend(keys, digest) })),
      })),
    /** A decision of several, and the entry that carries it; both are changed by `wrong` after signing. */
    decision: (
      record: StewardRecord,
      by: Keys[],
      wrong: { id?: Bytes; posting?: Keys; record?: StewardRecord; gen?: number } = {},
    ): AppendRequest => {
      const id = randomBytes(16);
      const gen = wrong.gen ?? state.gen;
      const digest = sha256(encodeCbor({ logId, gen, id, record }));
      return one(
        body(),
        { kind: "steward", steward: wrong.record ?? record, appendId: wrong.id ?? id },
        (header) => ({
          posting: signAppend(wrong.posting ?? state.posting, header),
          stewards: by.map((keys) => ({
            key: keys.publicKey,
            sig: createSigner(keys.privateKey)(LABELS.steward, digest),
          })),
        }),
      );
    },
    session: (keys: Keys = seat, time = Date.now(), to = hub) =>
      signLogSession(keys.privateKey, { logId, seatId: seatIdOf(keys.publicKey), hub: to, time }),
    push: (push: PushTarget | null, keys: Keys = seat, time = Date.now()) =>
      signSeatPush(keys.privateKey, { logId, seatId: seatIdOf(keys.publicKey), push, time }),
  };
}

/** The bytes of an append request, without checking it again: for load. */
export const encodeAppend = (request: AppendRequest): Bytes => encodeCbor(request);
export type TestLog = ReturnType<typeof testLog>;

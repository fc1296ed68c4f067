/**
 * What can be said of a log request without knowing the log: forms, sizes and hashes. Everything that depends on the
 * log's state is judged in `rules.ts`, inside the transaction that stores it.
 */
import { isSoundPublicKey } from "@baraza/crypto";
import type {
  Bytes,
  CheckedRequestOf,
  EntryHeader,
  Genesis,
  Mirror,
  Signatures,
} from "@baraza/protocol";
import {
  entryHeader,
  equalBytes,
  genesis as genesisSchema,
  LIMITS,
  ProtocolError,
  readAs,
  rejoinSlot,
  toHex,
} from "@baraza/protocol";
import { seatIdOf, sha256 } from "../../crypto-fast.ts";
import type { AppendArg, NewEntry } from "../../store/port-logs.ts";
import { readPlainHeader } from "./plain.ts";

/** Which signatures a kind carries; `posting` of a seat entry is there when the seat is new, of a steward entry when it carries a decision. */
const SIGNATURES: Record<
  EntryHeader["kind"],
  { must: (keyof Signatures)[]; may: (keyof Signatures)[] }
> = {
  entry: { must: ["posting"], may: [] },
  commit: { must: ["posting", "seat", "next"], may: [] },
  rejoin: { must: ["outer", "seat", "next"], may: [] },
  seat: { must: ["own"], may: ["posting"] },
  steward: { must: ["stewards"], may: ["posting"] },
};
const ALL_SIGNATURES = ["posting", "seat", "next", "outer", "own", "stewards"] as const;

/**
 * Checks an append by itself. @throws ProtocolError `malformed` with the field; `too_large` for a body above its
 * kind's limit.
 */
export function checkAppend(request: CheckedRequestOf<"logs.append">, now: number): AppendArg {
  const arg = checkEntries(request, now);
  return request.seen === undefined ? arg : { ...arg, seen: request.seen };
}

/** The same for one that stood in the log at another hub. */
export function checkBroughtAppend(
  request: CheckedRequestOf<"logs.append">,
  now: number,
): AppendArg {
  return { ...checkEntries(request, now, true), brought: true };
}

function checkEntries(
  request: CheckedRequestOf<"logs.append">,
  now: number,
  brought = false,
): AppendArg {
  const { logId, entries, sigs, slot } = request;
  const first = entries[0];
  if (first === undefined) throw malformed("entries");
  if (entries.length === 1) return checkSingle(request, first, now, brought);

  const stored: NewEntry[] = [];
  const hashes = new Uint8Array(32 * entries.length);
  let gen = -1;
  let epoch = -1;
  const seen = new Set<string>();
  for (const [index, { header: bytes, body }] of entries.entries()) {
    const header = readPlainHeader(bytes) ?? asPlainEntry(bytes);
    fits(header, logId, body, brought);
    if (index === 0) ({ gen, epoch } = header);
    if (header.gen !== gen || header.epoch !== epoch) throw malformed("entries");
    seen.add(toHex(header.appendId));
    hashes.set(sha256(bytes), 32 * index);
    stored.push(newEntry(header, bytes, body));
  }
  if (seen.size !== entries.length) throw malformed("appendId");
  if (slot !== undefined) throw malformed("slot");
  const digest = sha256(hashes);
  if (
    sigs.batch !== undefined &&
    (!equalBytes(sigs.batch.digest, digest) || sigs.batch.count !== entries.length)
  )
    throw malformed("sigs.batch");
  carries("entry", sigs);
  return {
    logId,
    gen,
    epoch,
    kind: "entry",
    digest,
    entries: stored,
    sigs: { posting: sigs.posting },
    now,
  };
}

function newEntry(
  { appendId, blobs, drops }: Pick<EntryHeader, "appendId" | "blobs" | "drops">,
  header: Bytes,
  body: Bytes,
): NewEntry {
  return { header, body, appendId, blobs, ...(drops === undefined ? {} : { drops }) };
}

function checkSingle(
  { logId, sigs, slot }: CheckedRequestOf<"logs.append">,
  { header: bytes, body }: { header: Bytes; body: Bytes },
  now: number,
  brought: boolean,
): AppendArg {
  const plain = readPlainHeader(bytes);
  const full: EntryHeader | null =
    plain === null ? readAs(entryHeader, bytes, LIMITS.headerBytes) : null;
  const header = full ?? plain;
  if (header === null) throw malformed("header");
  fits(header, logId, body, brought);
  const kind = full?.kind ?? "entry";
  if (sigs.batch !== undefined) throw malformed("sigs.batch");
  carries(kind, sigs);
  const arg: AppendArg = {
    logId,
    gen: header.gen,
    epoch: header.epoch,
    kind,
    digest: sha256(bytes),
    entries: [newEntry(header, bytes, body)],
    sigs,
    now,
  };
  if (full?.nextPostingKey !== undefined && full.seatId !== undefined) {
    const outerKey = full.outerKey ?? null;
    checkSlot(slot, full.slotHash ?? null, outerKey);
    sound(full.nextPostingKey, "nextPostingKey");
    const addSeats = full.addSeats ?? [];
    for (const key of addSeats) sound(key, "addSeats");
    if (!distinct(addSeats)) throw malformed("addSeats");
    if (kind === "rejoin") {
      const [own] = addSeats;
      if (addSeats.length !== 1 || own === undefined || !equalBytes(seatIdOf(own), full.seatId))
        throw malformed("addSeats");
    }
    arg.handshake = {
      nextPostingKey: full.nextPostingKey,
      seatId: full.seatId,
      outerKey,
      slot: slot ?? null,
      addSeats: addSeats.map((seatKey) => ({ seatId: seatIdOf(seatKey), seatKey })),
    };
  } else if (slot !== undefined) throw malformed("slot");
  if (full?.seat !== undefined) {
    seatOf(full.seat, "seat");
    arg.seat = full.seat;
  }
  if (full?.steward !== undefined) {
    const record = full.steward;
    if (record.op === "void" || record.op === "mend")
      sound(record.postingKey, "steward.postingKey");
    if (record.op === "stewards") soundStewards(record.stewards, "steward.stewards");
    if (record.op === "mirrors") soundMirrors(record.mirrors);
    arg.steward = record;
  }
  return arg;
}

/**
 * Reads a genesis for the node named `hub`, or one that any hub began with. @throws ProtocolError `malformed`: not canonical, another hub, a key that
 * proves nothing.
 */
export function checkGenesis(bytes: Bytes, hub: string | null): Genesis {
  const genesis = readAs(genesisSchema, bytes, LIMITS.genesisBytes);
  if (hub !== null && genesis.hub !== hub) throw malformed("genesis.hub");
  sound(genesis.postingKey, "genesis.postingKey");
  seatOf(genesis, "genesis");
  soundStewards(genesis.stewards, "genesis.stewards");
  if (genesis.outerKey !== undefined) sound(genesis.outerKey, "genesis.outerKey");
  return genesis;
}

/**
 * A slot must be what the header says, and name the same key. That the header names one which is not brought along is
 * not refused: it may be lost (entries that members bring back to a hub), and then there is none until the next commit.
 * @throws ProtocolError `malformed`
 */
export function checkSlot(
  slot: Bytes | undefined,
  slotHash: Bytes | null,
  outerKey: Bytes | null,
): void {
  if (outerKey !== null) sound(outerKey, "outerKey");
  if ((slotHash === null) !== (outerKey === null)) throw malformed("outerKey");
  if (slot === undefined) return;
  if (slotHash === null || !equalBytes(sha256(slot), slotHash)) throw malformed("slot");
  const { outerKey: named } = readAs(rejoinSlot, slot, LIMITS.slotBytes);
  if (outerKey === null || !equalBytes(named, outerKey)) throw malformed("slot");
}

/** An ordinary entry whose header has further fields (from a newer version), or none of ours. */
function asPlainEntry(bytes: Bytes): EntryHeader {
  const header = readAs(entryHeader, bytes, LIMITS.headerBytes);
  if (header.kind !== "entry") throw malformed("entries");
  return header;
}

function fits(
  header: { logId: Bytes; bodyLen: number; bodyHash: Bytes },
  logId: Bytes,
  body: Bytes,
  brought = false,
): void {
  if (!equalBytes(header.logId, logId)) throw malformed("header.logId");
  // Retention took it away at the hub before: the chain of heads covers the header.
  if (brought && body.length === 0) return;
  if (header.bodyLen !== body.length) throw malformed("header.bodyLen");
  if (!equalBytes(header.bodyHash, sha256(body))) throw malformed("header.bodyHash");
}

function carries(kind: EntryHeader["kind"], sigs: Signatures): void {
  const { must, may } = SIGNATURES[kind];
  for (const name of ALL_SIGNATURES) {
    const needed = must.includes(name);
    const there = sigs[name] !== undefined;
    if (needed !== there && !(there && may.includes(name))) throw malformed(`sigs.${name}`);
  }
}

function soundStewards(keys: readonly Bytes[], field: string): void {
  for (const key of keys) sound(key, field);
  if (!distinct(keys)) throw malformed(field);
}

function soundMirrors(mirrors: readonly Mirror[]): void {
  for (const { key } of mirrors) sound(key, "steward.mirrors");
  if (new Set(mirrors.map((one) => one.node)).size < mirrors.length)
    throw malformed("steward.mirrors");
}

function seatOf({ seatId, seatKey }: { seatId: Bytes; seatKey: Bytes }, field: string): void {
  sound(seatKey, `${field}.seatKey`);
  if (!equalBytes(seatId, seatIdOf(seatKey))) throw malformed(`${field}.seatId`);
}

const distinct = (keys: readonly Bytes[]) => new Set(keys.map(toHex)).size === keys.length;

/** Keys of small order verify anything: none is taken in, so what is verified later need not ask again. */
function sound(key: Bytes, field: string): void {
  if (!isSoundPublicKey(key)) throw malformed(field);
}

function malformed(field: string): ProtocolError {
  return new ProtocolError("malformed", { data: { field } });
}

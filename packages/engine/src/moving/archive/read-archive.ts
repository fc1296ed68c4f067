/**
 * Reading an archive. The screen hands over the file piece by piece; each sealed chunk is opened, checked and stored in one
 * transaction with the place where the next begins, so that reading goes on there after an interruption.
 *
 * [Note: What an archive brings back] A space that this device has is left alone: what it knows is newer. One that it
 * does not have comes back to be read. Where the archive is the person's own, its spaces are also noted as places to ask
 * for (account/places.ts): one that answers comes alive and takes the place of what was restored.
 */
import { CryptoError, identityIdOf, verifyIdentityRecord } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import type { ArchiveRecord } from "@baraza/protocol/archive";
import {
  check,
  decodeCbor,
  encodeCbor,
  equalBytes,
  LIMITS,
  ProtocolError,
  readAs,
  toHex,
  vault as vaultSchema,
} from "@baraza/protocol";
import { archiveRecords } from "@baraza/protocol/archive";
import * as v from "valibot";
import { keepBoxKeys } from "../../account/box-keys.ts";
import { keepPlaces } from "../../account/places.ts";
import type { Core } from "../../core.ts";
import { EngineError } from "../../errors.ts";
import type { SqlTx } from "../../ports.ts";
import { replayEvent } from "../../spaces/apply.ts";
import { insertSpace } from "../../spaces/rows.ts";
import type { ArchiveContent, ArchiveImport } from "../api.ts";
import { decodeSeal, encodeSeal } from "./archive-seal.ts";

type ImportRow = {
  id: string;
  seal: Bytes;
  account: Bytes;
  size: number;
  chunks: number;
  offset: number;
  state: ArchiveImport["state"];
  spaces: number;
  events: number;
};

type AccountRecord = Extract<ArchiveRecord, { t: "account" }>;

/** Opens the beginning of a file. One that was begun before goes on where it was. */
export async function openFile(
  core: Core,
  args: { head: Bytes; size: number; passphrase: string },
): Promise<ArchiveContent> {
  const lib = await import("@baraza/crypto/archive");
  const { head: begin, size } = args;
  const sealed = await reading(async () => {
    const headBytes = lib.archiveHeadBytes(begin);
    if (begin.length < headBytes + 4) throw cutOff();
    const seal = await lib.openArchive(begin.slice(0, headBytes), args.passphrase);
    const frame = lib.archiveFrameBytes(begin.subarray(headBytes, headBytes + 4));
    if (begin.length < headBytes + frame) throw cutOff();
    const chunk = await lib.openArchiveChunk(seal, 0, begin.slice(headBytes, headBytes + frame));
    return { seal, plain: chunk.plain, offset: headBytes + frame };
  });
  const [account] = recordsOf(sealed.plain);
  if (account?.t !== "account") throw new EngineError("archive_damaged");
  const id = toHex(sealed.seal.id);
  const known = await core.store.get<ImportRow>("SELECT * FROM archive_imports WHERE id = ?", [id]);
  const goesOn = known !== undefined && known.size === size && known.state !== "done";
  if (!goesOn)
    await core.store.run(
      `INSERT OR REPLACE INTO archive_imports (one, id, seal, account, size, chunks, offset, state)
       VALUES (1, ?, ?, ?, ?, 1, ?, 'opened')`,
      [id, encodeSeal(sealed.seal), encodeCbor(account), size, sealed.offset],
    );
  const { vault } = await ownerOf(account);
  const identityId = identityIdOf(vault.identity);
  return {
    importId: id,
    name: account.name,
    node: account.node,
    address: `${account.name}@${account.node}`,
    displayName: vault.profile.name,
    identityId: toHex(identityId),
    made: account.made,
    same: core.signedIn() ? equalBytes(core.me().identityId, identityId) : null,
    offset: goesOn ? known.offset : sealed.offset,
  };
}

/** The account in an archive that was opened. @throws EngineError `archive_unknown` when none was */
export async function openedAccount(
  core: Core,
  importId: string,
): Promise<AccountRecord & { content: Vault }> {
  const row = await rowOf(core, importId);
  const account = readAs(archiveRecords.account, row.account, LIMITS.vaultBytes * 2);
  const { vault } = await ownerOf(account);
  return { ...account, content: vault };
}

/** Reads as many whole chunks as are there. */
export async function feed(
  core: Core,
  args: { importId: string; offset: number; bytes: Bytes },
): Promise<{ offset: number; need: number; done: boolean }> {
  core.me();
  const lib = await import("@baraza/crypto/archive");
  let row = await rowOf(core, args.importId);
  if (row.state === "done") return { offset: row.size, need: 0, done: true };
  if (args.offset !== row.offset) return { offset: row.offset, need: 4, done: false };
  const seal = decodeSeal(row.seal);
  const { bytes } = args;
  let at = 0;
  for (;;) {
    const left = bytes.length - at;
    const atEnd = row.offset + left >= row.size;
    if (left < 4) {
      if (atEnd) throw cutOff();
      return { offset: row.offset, need: 4, done: false };
    }
    const frame = await reading(() => lib.archiveFrameBytes(bytes.subarray(at, at + 4)));
    if (left < frame) {
      if (atEnd) throw cutOff();
      return { offset: row.offset, need: frame, done: false };
    }
    const { chunks } = row;
    const { plain, last } = await reading(() =>
      lib.openArchiveChunk(seal, chunks, bytes.slice(at, at + frame)),
    );
    at += frame;
    row = await storeChunk(core, row, recordsOf(plain), frame, last);
    if (last) return { offset: row.size, need: 0, done: true };
  }
}

/** The import for a screen. */
export async function archiveImport(core: Core): Promise<ArchiveImport | null> {
  const row = await core.store.get<ImportRow>("SELECT * FROM archive_imports");
  if (row === undefined) return null;
  const { id, state, offset, size, spaces, events } = row;
  return {
    importId: id,
    state,
    done: state === "done" ? size : offset,
    total: size,
    spaces,
    events,
  };
}

async function rowOf(core: Core, importId: string): Promise<ImportRow> {
  const row = await core.store.get<ImportRow>("SELECT * FROM archive_imports WHERE id = ?", [
    importId,
  ]);
  if (row === undefined) throw new EngineError("archive_unknown");
  return row;
}

async function storeChunk(
  core: Core,
  row: ImportRow,
  records: readonly ArchiveRecord[],
  frame: number,
  last: boolean,
): Promise<ImportRow> {
  // Whoever cut an archive and sealed an end of their own would have to have its passphrase; a broken program need not.
  if (last !== (records.at(-1)?.t === "end")) throw new EngineError("archive_damaged");
  const account = await openedAccount(core, row.id);
  const me = core.me();
  const own = equalBytes(identityIdOf(account.content.identity), me.identityId);
  const next: ImportRow = {
    ...row,
    chunks: row.chunks + 1,
    offset: row.offset + frame,
    state: last ? "done" : "running",
  };
  const spaces = new Set<string>();
  await core.store.transaction((tx) => {
    for (const record of records) {
      if (store(tx, core, record, row.id, own)) next.events += record.t === "event" ? 1 : 0;
      if (record.t === "space") spaces.add(toHex(record.logId));
    }
    for (const logId of spaces) if (isOurs(tx, logId, row.id)) next.spaces += 1;
    if (last && own) {
      keepBoxKeys(tx, account.content, core.platform.clock.now());
      keepPlaces(tx, account.content.spaces);
      // Who came here with this archive writes to everybody in it; who has been here all along has no news for them.
      tx.run(
        `INSERT OR REPLACE INTO move_contacts SELECT identity_id, reply FROM members
         WHERE reply IS NOT NULL AND identity_id <> ?1 AND log_id IN (SELECT log_id FROM restored WHERE import_id = ?2)
           AND EXISTS (SELECT 1 FROM own_moves WHERE at > ?3)
         GROUP BY identity_id LIMIT ?4`,
        [me.id, row.id, account.made, LIMITS.moveContacts],
      );
    }
    tx.run(
      "UPDATE archive_imports SET chunks = ?, offset = ?, state = ?, spaces = ?, events = ? WHERE id = ?",
      [next.chunks, next.offset, next.state, next.spaces, next.events, row.id],
    );
    if (last) tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  if (last) core.kick({ vault: true, places: true, moves: true });
  return next;
}

/** Stores one record. @returns whether it was of a space that this import brings back */
function store(
  tx: SqlTx,
  core: Core,
  record: ArchiveRecord,
  importId: string,
  own: boolean,
): boolean {
  if (record.t === "account" || record.t === "end") return false;
  if (record.t === "person") {
    const id = toHex(record.identityId);
    if (id === core.me().id) return false;
    // How sure one was of somebody is one's own word; another person's is not.
    const state = own && CHECKS.has(record.state) ? record.state : "unchecked";
    tx.run("INSERT OR IGNORE INTO people VALUES (?, ?, ?, ?, ?)", [
      id,
      record.name,
      record.address,
      state,
      record.since,
    ]);
    return false;
  }
  const logId = toHex(record.logId);
  if (record.t === "space") {
    const known = tx.get("SELECT 1 AS one FROM spaces WHERE log_id = ?", [logId]) !== undefined;
    if (!known) restoreSpace(tx, record, importId);
    return !known;
  }
  if (!isOurs(tx, logId, importId)) return false;
  if (record.t === "epochs") {
    for (const { epoch, key } of record.epochs)
      tx.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", [logId, epoch, key]);
  } else if (record.t === "member") {
    tx.run(
      `INSERT OR IGNORE INTO members (log_id, identity_id, name, address, role, steward_key, devices, present, reply)
       VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)`,
      [
        logId,
        toHex(record.identityId),
        record.profile?.name ?? "",
        record.profile?.address ?? "",
        record.role === "steward" ? "steward" : "member",
        record.stewardKey ?? null,
        Number(record.present),
        record.reply === undefined ? null : encodeCbor(record.reply),
      ],
    );
  } else if (record.t === "device") {
    tx.run(
      `INSERT OR IGNORE INTO devices (log_id, device, identity_id, certificate, counter, own_hash)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [
        logId,
        toHex(record.device),
        toHex(record.identityId),
        record.certificate,
        record.counter,
        record.ownHash,
      ],
    );
  } else if (record.t === "entry") {
    tx.run(
      "INSERT OR IGNORE INTO entries (log_id, seq, head, stored, name) VALUES (?, ?, ?, ?, ?)",
      [logId, record.seq, record.head, record.stored, record.name ?? null],
    );
  } else if (record.t === "notice") {
    tx.run("INSERT OR IGNORE INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", [
      logId,
      toHex(record.eventId),
      record.position,
      record.at,
      record.kind,
      toHex(record.subject),
      record.by === undefined ? null : toHex(record.by),
    ]);
  } else {
    const event = {
      log_id: logId,
      event_id: toHex(record.eventId),
      seq: record.seq,
      author: toHex(record.author),
      device: toHex(record.device),
      type: record.type,
      type_version: record.typeVersion,
      at: record.at,
      payload: record.payload,
    };
    const { changes } = tx.run(
      "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        logId,
        event.event_id,
        event.seq,
        record.epoch,
        event.author,
        event.device,
        event.type,
        event.type_version,
        event.at,
        event.payload,
      ],
    );
    if (changes > 0) replayEvent(tx, core, event);
  }
  return true;
}

const CHECKS: ReadonlySet<string> = new Set(["met", "invited", "known"]);

function isOurs(tx: SqlTx, logId: string, importId: string): boolean {
  return (
    tx.get("SELECT 1 AS one FROM restored WHERE log_id = ? AND import_id = ?", [
      logId,
      importId,
    ]) !== undefined
  );
}

/** A space that can be read and no more: this device has no place in it. */
function restoreSpace(
  tx: SqlTx,
  space: Extract<ArchiveRecord, { t: "space" }>,
  importId: string,
): void {
  const logId = toHex(space.logId);
  const none = new Uint8Array();
  insertSpace(tx, {
    logId,
    hub: space.hub,
    hubKey: space.hubKey,
    genesis: space.genesis,
    kind: space.kind,
    history: space.history,
    title: space.title,
    created: space.created,
    gen: space.gen,
    seq: space.seq,
    head: space.head,
    readFrom: space.readFrom,
    epoch: space.epoch,
    mls: none,
    seatId: none,
    seatKey: none,
  });
  tx.run("UPDATE spaces SET state = 'left', mls = NULL WHERE log_id = ?", [logId]);
  tx.run("INSERT OR REPLACE INTO restored VALUES (?, ?)", [logId, importId]);
  if (space.read !== undefined)
    tx.run("INSERT OR IGNORE INTO read_positions (log_id, channel, position) VALUES (?, '', ?)", [
      logId,
      space.read,
    ]);
}

const SCHEMAS: Record<ArchiveRecord["t"], v.GenericSchema<ArchiveRecord>> = archiveRecords;

/** The records of a chunk. Kinds of a later version are passed over. @throws EngineError `archive_damaged` */
function recordsOf(plain: Bytes): ArchiveRecord[] {
  try {
    const list = v.parse(v.array(v.looseObject({ t: v.string() })), decodeCbor(plain));
    return list
      .filter(({ t }) => Object.hasOwn(archiveRecords, t))
      .map((one) =>
        check<v.GenericSchema<ArchiveRecord>>(SCHEMAS[one.t as ArchiveRecord["t"]], one),
      );
  } catch (cause) {
    throw new EngineError("archive_damaged", { cause });
  }
}

/** The vault in an archive: whose key it holds is the person that its record names. @throws EngineError `archive_damaged` */
async function ownerOf(account: AccountRecord): Promise<{ vault: Vault }> {
  try {
    const vault = readAs(vaultSchema, account.vault, LIMITS.vaultBytes);
    await verifyIdentityRecord(vault.identity);
    return { vault };
  } catch (cause) {
    throw new EngineError("archive_damaged", { cause });
  }
}

const cutOff = () => new EngineError("archive_cut_off");

/** What a file that is no good archive leads to. */
async function reading<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProtocolError) throw new EngineError("archive_newer", { cause: error });
    if (!(error instanceof CryptoError)) throw error;
    if (error.code === "wrong_passphrase") throw new EngineError("archive_locked");
    if (error.code === "newer_archive") throw new EngineError("archive_newer");
    throw new EngineError(error.code === "bad_archive" ? "archive_unknown" : "archive_damaged", {
      cause: error,
    });
  }
}

/** Forgets the import that was opened; what it brought stays. */
export async function forgetImport(core: Core): Promise<void> {
  await core.store.run("DELETE FROM archive_imports");
}

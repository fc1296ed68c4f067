/**
 * The account's own entries in its node's key log, always: a key or a device that is not one's own, and a vault that is
 * older than the one that the log knows of, show here, whoever brought them about.
 */
import {
  checkOwn,
  CryptoError,
  identityIdOf,
  readIdentity,
  sha256,
  verifyDeviceCertificate,
  waysHash,
} from "@baraza/crypto";
import type { CheckedOwn } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, equalBytes, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { keptHead, takeHead } from "./heads.ts";
import { chainOf, notice } from "./see.ts";

type Known = { seq: number; at: number; leafHash: Bytes };

/** Reads and checks what is new in the account's own chain. @throws ProtocolError when the node cannot be reached */
export async function checkOwnEntries(core: Core): Promise<void> {
  const me = core.me();
  const row = await core.store.get<{ seq: number; at: number; leaf: Bytes; vault: number }>(
    "SELECT seq, at, leaf, vault FROM own_entries",
  );
  let floor = row?.vault ?? 0;
  let known: Known | null =
    row === undefined ? null : { seq: row.seq, at: row.at, leafHash: row.leaf };
  const first = known === null;
  for (;;) {
    const kept = await keptHead(core, me.node);
    const answer = await core.own.call("keylog.own", {
      after: known?.seq ?? 0,
      ...(kept === null ? {} : { since: kept.size }),
    });
    let entries: CheckedOwn[];
    try {
      if (answer.head.node !== me.node) throw new CryptoError("bad_key_log");
      const proof = answer.consistency;
      // A chain in a log that contradicts itself says nothing: the person is told of the log.
      if ((await takeHead(core, answer.head, { proof, fresh: true })) === "lied") return;
      entries = checkOwn(answer, me.name, known);
    } catch (error) {
      const wrong =
        error instanceof CryptoError ||
        (error instanceof ProtocolError && error.code === "bad_signature");
      if (!wrong) throw error;
      return warn(core, (tx, at) => notice(tx, "nodeWrong", me.node, me.node, at));
    }
    const latest = entries.at(-1);
    if (latest !== undefined) {
      await judge(core, entries, first);
      // Versions only grow: an entry with an older one was made over a vault that had been put back.
      const fell = entries.some(({ vault }) => {
        const older = vault.version < floor;
        floor = Math.max(floor, vault.version);
        return older;
      });
      if (fell) await tellOldVault(core);
      known = { seq: latest.seq, at: latest.at, leafHash: latest.leafHash };
      await core.store.run("INSERT OR REPLACE INTO own_entries VALUES (1, ?, ?, ?, ?, ?)", [
        known.seq,
        known.at,
        known.leafHash,
        floor,
        core.platform.clock.now(),
      ]);
      if (!answer.more) await checkVault(core, latest);
    }
    if (!answer.more) break;
  }
  await core.store.run("UPDATE own_entries SET checked = ?", [core.platform.clock.now()]);
}

async function judge(core: Core, entries: readonly CheckedOwn[], first: boolean): Promise<void> {
  const me = core.me();
  const latest = entries.at(-1);
  for (const { identity } of entries) {
    const mine = identity.of !== null && equalBytes(identity.of.identityId, me.identityId);
    if (!mine) return foreign(core, me.id);
  }
  const record = latest?.identity.of?.record;
  if (record !== undefined && !(await isMyRecord(core, record))) return foreign(core, me.id);
  await judgeDevices(core, latest?.devices.devices ?? [], first);
}

/** The record that the log names is mine, or one that another device of mine has handed on to. */
async function isMyRecord(core: Core, hash: Bytes): Promise<boolean> {
  const me = core.me();
  if (equalBytes(hash, sha256(encodeCbor(me.identity)))) return true;
  const { identity } = await core.own.call("identity.lookup", { identityId: me.identityId });
  if (!equalBytes(hash, sha256(identity))) return false;
  try {
    const record = await readIdentity(identity);
    if (!equalBytes(identityIdOf(record), me.identityId)) return false;
    const [mine, theirs] = [toHex(chainOf(me.identity)), toHex(chainOf(record))];
    return theirs.startsWith(mine) || mine.startsWith(theirs);
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}

/**
 * Every device that is on record is certified by this identity; one that this device did not know of is told. What stands
 * there when a device looks for the first time is told to nobody: it came later than all of them.
 */
async function judgeDevices(core: Core, devices: readonly Bytes[], first: boolean): Promise<void> {
  const me = core.me();
  const rows = await core.store.all<{ device: string }>("SELECT device FROM own_listed");
  const known = new Set(rows.map(({ device }) => device));
  const fresh = devices.map(toHex).filter((device) => !known.has(device));
  if (fresh.some((device) => device !== me.deviceHash)) {
    const { devices: certificates } = await core.own.call("devices.list", {});
    const mine = new Set<string>();
    for (const certificate of certificates) {
      const verified = await verifyDeviceCertificate(certificate).catch(() => null);
      if (verified !== null && equalBytes(verified.identityId, me.identityId))
        mine.add(toHex(verified.hash));
    }
    for (const device of fresh) {
      if (device === me.deviceHash) continue;
      const kind = mine.has(device) ? "ownDevice" : "ownForeign";
      if (kind === "ownDevice" && first) continue;
      await warn(core, (tx, at) => notice(tx, kind, device, "", at));
    }
  }
  const listed = new Set(devices.map(toHex));
  await core.store.transaction((tx) => {
    for (const device of fresh) tx.run("INSERT OR IGNORE INTO own_listed VALUES (?)", [device]);
    for (const device of known)
      if (!listed.has(device)) tx.run("DELETE FROM own_listed WHERE device = ?", [device]);
  });
}

/** The vault at the node is not older than the one of the newest entry, and has the ways in that the entry names. */
async function checkVault(core: Core, latest: CheckedOwn): Promise<void> {
  const { version, ways } = latest.vault;
  const answer = await core.own.call("vault.get", {});
  if (answer.version >= version && equalBytes(waysHash(answer.vault), ways)) return;
  // A way in may have been changed this very moment: then the next entry says so.
  const { seq } = latest;
  const next = await core.own.call("keylog.own", { after: seq });
  if (next.leaves.length > 0) return;
  await tellOldVault(core);
}

function tellOldVault(core: Core): Promise<void> {
  const { node } = core.me();
  return warn(core, (tx, at) => notice(tx, "vaultOld", node, node, at));
}

function foreign(core: Core, subject: string): Promise<void> {
  return warn(core, (tx, at) => notice(tx, "ownForeign", subject, "", at));
}

async function warn(core: Core, write: (tx: SqlTx, at: number) => void): Promise<void> {
  const at = core.platform.clock.now();
  await core.store.transaction((tx) => write(tx, at));
}

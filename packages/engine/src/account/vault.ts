/** Keeping the sealed vault at the node true: identity, box keys, and what is needed to come back into every space. */
import { readVaultWraps, sealVault, sealVaultKeyToAll, vaultHash } from "@baraza/crypto";
import type { Bytes, Reply, Vault, VaultWay } from "@baraza/protocol";
import {
  check,
  encodeCbor,
  equalBytes,
  fromHex,
  keyLogHead,
  LIMITS,
  ProtocolError,
  readAs,
  reply,
} from "@baraza/protocol";
import * as v from "valibot";
import { notesForVault } from "../admin/notes.ts";
import type { Core } from "../core.ts";
import { devicesForVault, takeDevices } from "../devices/list.ts";
import { rollForVault } from "../devices/rolls.ts";
import { EngineError } from "../errors.ts";
import { keepRecovery, recoveryForVault } from "../recovery/index.ts";
import { keepBoxKeys } from "./box-keys.ts";
import { deviceReply } from "./boxes.ts";
import { keepMoves, movedAway, moveStatements } from "../moving/own-moves.ts";
import { keepPlaces, otherPlaces } from "./places.ts";
import { sharingForVault } from "../sharing/index.ts";
import { rejoinSecrets } from "../slots/keys.ts";
import { wayBack } from "../slots/wish.ts";
import type { AccountRow } from "./session.ts";
import { checkVaultFloor, floorNow, isBehind } from "./vault-floor.ts";
import type { SqlTx } from "../ports.ts";
import { notice } from "../trust/see.ts";
import { keepRest, keepWays, openTheirs, restOfVault, waysWithOwn } from "./ways-store.ts";

/** The next version of the vault, from what the store holds; `ways` where they are to change. */
export async function nextVault(core: Core, ways?: readonly VaultWay[]): Promise<Vault> {
  const me = core.me();
  const row = await core.store.get<AccountRow>("SELECT * FROM account");
  const keys = await core.store.all<{ record: Bytes; private_key: Bytes }>(
    "SELECT record, private_key FROM box_keys ORDER BY seq",
  );
  const spaces = await core.store.all<{
    log_id: string;
    hub: string;
    hub_key: Bytes;
    title: string;
    gen: number;
    seq: number;
    head: Bytes;
    genesis: Bytes;
    history: "none" | "all";
    created: number;
    kind: string;
  }>(
    "SELECT log_id, hub, hub_key, title, gen, seq, head, genesis, history, created, kind FROM spaces WHERE state = 'active'",
  );
  const nodes = await core.store.all<{ name: string; node_key: Bytes; head: Bytes | null }>(
    `SELECT name, node_key, head FROM nodes LEFT JOIN key_log_heads ON node = name ORDER BY name LIMIT 500`,
  );
  const recovery = await recoveryForVault(core);
  const moves = await moveStatements(core);
  const listed = [];
  const here = await cachedReply(core);
  for (const space of spaces) {
    const contacts = await core.store.all<{ reply: Bytes }>(
      `SELECT reply FROM members WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND identity_id <> ?
       ORDER BY role = 'steward' DESC, seen_seq DESC LIMIT 3`,
      [space.log_id, me.id],
    );
    listed.push({
      logId: fromHex(space.log_id),
      hub: space.hub,
      hubKey: space.hub_key,
      title: space.title,
      ...(space.kind === "personal" ? { personal: true } : {}),
      seen: { gen: space.gen, seq: space.seq, head: space.head },
      // This device first: another one of the same person need not trouble anybody else.
      contacts: [...here, ...contacts.map((one) => readAs(reply, one.reply))],
      ...(await wayBack(core, space)),
    });
  }
  return {
    ...(await restOfVault(core)),
    v: 1,
    version: (row?.vault_version ?? 0) + 1,
    prevHash: row?.vault_hash ?? new Uint8Array(32),
    identity: me.identity,
    identityKey: me.identityKey,
    profile: me.profile,
    boxKeys: keys.map((one) => ({ record: one.record, privateKey: one.private_key })),
    spaces: [...listed, ...(await otherPlaces(core))],
    rejoin: await rejoinSecrets(core),
    nodes: nodes.map(({ name, node_key: nodeKey, head }) => ({
      name,
      nodeKey,
      ...(head === null ? {} : { keyLog: readAs(keyLogHead, head, LIMITS.recordBytes) }),
    })),
    ways: [...(ways ?? (await waysWithOwn(core, me)).ways)],
    ...(recovery === undefined ? {} : { recovery }),
    ...(await notesForVault(core)),
    ...(await sharingForVault(core)),
    devices: await devicesForVault(core),
    ...(await rollForVault(core)),
    ...(moves.length === 0 ? {} : { moves }),
  };
}

/** One address of this device for one's other devices, made once. */
async function cachedReply(core: Core): Promise<Reply[]> {
  const row = await core.store.get<{ reply: Bytes | null }>("SELECT reply FROM device_boxes");
  if (row?.reply) return [readAs(reply, row.reply)];
  let made: Reply;
  try {
    made = await deviceReply(core);
  } catch (error) {
    // What is taken along while the node is gone names the other members alone.
    if (!(error instanceof ProtocolError)) throw error;
    return [];
  }
  await core.store.run("UPDATE device_boxes SET reply = ?", [encodeCbor(made)]);
  return [made];
}

/** Puts the vault when something in it changed. */
export async function tendVault(core: Core): Promise<void> {
  const row = await core.store.get<AccountRow>("SELECT * FROM account");
  if (row === undefined) return;
  // The person lives elsewhere now: that vault is the one that counts.
  if ((await movedAway(core)) !== null) return;
  if (await isBehind(core)) await rebase(core);
  if (row.vault_dirty === 0) return;
  await swapVault(core, {});
}

/** How the next vault differs from what the store says. */
export type VaultChange = {
  /** The ways of the next vault, from those of the last. Asked again when another device was faster; may throw to give up. */
  ways?: (ways: readonly VaultWay[]) => VaultWay[];
  /** A new vault key. */
  vaultKey?: Bytes;
  /** What else is new in it, made anew for each try, and what is to be written once the node has it. */
  extra?: () => Promise<{ vault: Partial<Vault>; also: (tx: SqlTx) => void }>;
  /** How it goes to the node, where more is to be swapped with it. @throws ProtocolError `vault_conflict` */
  send?: (vault: Bytes, version: number) => Promise<unknown>;
};

/** How often another device may be faster before one gives up for now. */
const ATTEMPTS = 10;
/** Of one engine, one change or reading at a time. */
const turns = new WeakMap<Core, Promise<void>>();

/**
 * Swaps the vault at the node for its next version. Another device's newer version is taken as the base, and the change
 * put on top of it. @throws ProtocolError as the node answered; EngineError `busy`; what `ways` throws
 */
export function swapVault(core: Core, change: VaultChange): Promise<void> {
  return inTurn(core, () => swapNow(core, change));
}

function inTurn(core: Core, work: () => Promise<void>): Promise<void> {
  const before = turns.get(core) ?? Promise.resolve();
  const mine = before.then(work);
  turns.set(
    core,
    mine.catch(() => undefined),
  );
  return mine;
}

async function swapNow(core: Core, change: VaultChange): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const row = await core.store.get<AccountRow>("SELECT * FROM account");
    if (row === undefined) throw new EngineError("signed_out");
    const me = core.me();
    const known = await waysWithOwn(core, me);
    const ways = change.ways?.(known.ways) ?? known.ways;
    const vaultKey = change.vaultKey ?? me.vaultKey;
    const former = change.vaultKey === undefined ? known.wraps : [];
    const wraps = await sealVaultKeyToAll(vaultKey, me.identityId, ways, former);
    const extra = await change.extra?.();
    const vault = { ...(await nextVault(core, ways)), ...extra?.vault };
    const sealed = await sealVault(vaultKey, wraps, vault);
    try {
      if (change.send === undefined)
        await core.own.call("vault.put", { vault: sealed, version: vault.version });
      else await change.send(sealed, vault.version);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "vault_conflict") throw error;
      await readTheirs(core);
      continue;
    }
    await core.store.transaction((tx) => {
      tx.run(
        `UPDATE account SET vault_key = ?, vault_version = ?, vault_hash = ?,
           vault_dirty = max(0, vault_dirty - ?)`,
        [vaultKey, vault.version, vaultHash(vault), row.vault_dirty],
      );
      keepWays(tx, { ways, wraps });
      tx.afterCommit(() => core.setMe({ ...core.me(), vaultKey }));
      extra?.also(tx);
    });
    return;
  }
  throw new EngineError("busy");
}

/**
 * Reads the vault at the node, and takes over what another device has changed in it. Never while this engine swaps it: what was asked for before
 * a swap and is read after it would look like an older one.
 */
export function rebase(core: Core): Promise<void> {
  return inTurn(core, () => readTheirs(core));
}

async function readTheirs(core: Core): Promise<void> {
  const floor = await floorNow(core);
  const answer = await core.own.call("vault.get", {});
  const { vault: theirs, vaultKey, ours } = await openTheirs(core, answer.vault);
  check(v.object({ version: v.literal(answer.version) }), { version: theirs.version });
  const hash = vaultHash(theirs);
  await core.store.transaction((tx) => {
    const row = tx.get<AccountRow>("SELECT * FROM account");
    if (row === undefined) return;
    const behind = checkVaultFloor(tx, { version: theirs.version, hash }, floor);
    if (!ours) {
      // An old one, or one that somebody made who was shut out: nothing of it counts, and what stands here is put on top.
      notice(tx, "vaultOld", row.node, row.node, core.platform.clock.now());
      tx.run(
        "UPDATE account SET vault_version = ?, vault_hash = ?, vault_dirty = vault_dirty + 1",
        [theirs.version, hash],
      );
      tx.afterCommit(() => core.kick({ vault: true }));
      return;
    }
    keepBoxKeys(tx, theirs, core.platform.clock.now());
    keepPlaces(tx, theirs.spaces);
    keepRecovery(tx, theirs);
    takeDevices(tx, core, theirs);
    keepMoves(tx, theirs);
    const older =
      theirs.version < row.vault_version ||
      (theirs.version === row.vault_version && !equalBytes(hash, row.vault_hash));
    // A vault that the node put back (from a backup, say) does not bring back ways that were taken away since.
    if (older || behind) notice(tx, "vaultOld", row.node, row.node, core.platform.clock.now());
    if (!older) {
      keepWays(tx, { ways: theirs.ways, wraps: readVaultWraps(answer.vault) });
      keepRest(tx, theirs);
    }
    const key = older ? row.vault_key : vaultKey;
    tx.run("UPDATE account SET vault_key = ?, vault_version = ?, vault_hash = ?", [
      key,
      theirs.version,
      hash,
    ]);
    tx.afterCommit(() => core.setMe({ ...core.me(), vaultKey: key }));
  });
}

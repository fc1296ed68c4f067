/**
 * Ways into the account, as this device knows them from the vault that it last opened: never from the node's own word;
 * and the way that is this device's own.
 */
import type { WayKeys } from "@baraza/crypto";
import {
  continuesIdentity,
  CryptoError,
  identityPublicKey,
  openVault,
  openWay,
  randomBytes,
  readIdentity,
  readVaultWraps,
  sealVaultKeyTo,
  vaultWayOf,
  wayKeys,
} from "@baraza/crypto";
import type { Bytes, Vault, VaultWay, VaultWrap } from "@baraza/protocol";
import {
  decodeCbor,
  encodeCbor,
  equalBytes,
  isWayKind,
  LIMITS,
  ProtocolError,
  readAs,
  toHex,
  vault,
  vaultWay,
  vaultWrap,
} from "@baraza/protocol";
import type { Core, Me } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import type { Migration } from "../store/migrate.ts";

export const WAYS_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up: `
-- The ways in of the last vault seen, in its order; the wrap is missing where a way opens nothing.
CREATE TABLE ways (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, way BLOB NOT NULL, wrap BLOB) STRICT;
-- This device's own: it opens a vault key that another device has renewed.
CREATE TABLE own_way (one INTEGER PRIMARY KEY CHECK (one = 1), id BLOB NOT NULL, secret BLOB NOT NULL) STRICT;
`,
  },
  {
    version: 2,
    up: `
-- What a newer app has put into the vault and this one does not know: it goes into the next vault as it came.
CREATE TABLE vault_rest (one INTEGER PRIMARY KEY CHECK (one = 1), rest BLOB NOT NULL) STRICT;
`,
  },
];

/** The ways of a vault and the vault key sealed to each of them. */
export type Ways = { ways: VaultWay[]; wraps: VaultWrap[] };

/** Takes over what a vault lists. Call it in the transaction that notes the vault's version. */
export function keepWays(tx: SqlTx, { ways, wraps }: Ways): void {
  const byId = new Map(wraps.map((wrap) => [toHex(wrap.id), wrap]));
  tx.run("DELETE FROM ways");
  for (const [position, way] of ways.entries()) {
    const wrap = byId.get(toHex(way.id));
    tx.run("INSERT INTO ways VALUES (?, ?, ?, ?)", [
      position,
      toHex(way.id),
      encodeCbor(way),
      wrap === undefined ? null : encodeCbor(wrap),
    ]);
  }
}

/** Keeps the fields of a vault that this version does not know. Call it where a vault is taken over. */
export function keepRest(tx: SqlTx, theirs: Vault): void {
  const known = new Set(Object.keys(vault.entries));
  const rest = Object.fromEntries(Object.entries(theirs).filter(([field]) => !known.has(field)));
  tx.run("INSERT OR REPLACE INTO vault_rest VALUES (1, ?)", [encodeCbor(rest)]);
}

/** Those fields, for the next vault. */
export async function restOfVault(core: Core): Promise<Record<string, unknown>> {
  const row = await core.store.get<{ rest: Bytes }>("SELECT rest FROM vault_rest");
  return row === undefined ? {} : (decodeCbor(row.rest) as Record<string, unknown>);
}

/** The ways as last seen. */
export async function listWays(core: Core): Promise<Ways> {
  const rows = await core.store.all<{ way: Bytes; wrap: Bytes | null }>(
    "SELECT way, wrap FROM ways ORDER BY position",
  );
  return {
    ways: rows.map((row) => readAs(vaultWay, row.way)),
    wraps: rows.flatMap((row) => (row.wrap === null ? [] : [readAs(vaultWrap, row.wrap)])),
  };
}

/** The secret of this device's own way. */
export type OwnWay = { id: Bytes; secret: Bytes };

/** A new one. {@link keepOwnWay} keeps it. */
export function createOwnWay(): OwnWay {
  return { id: randomBytes(16), secret: randomBytes(32) };
}

export function keepOwnWay(tx: SqlTx, { id, secret }: OwnWay): void {
  tx.run("INSERT OR REPLACE INTO own_way VALUES (1, ?, ?)", [id, secret]);
}

/** This device's own way as the vault lists it. */
export async function ownWayOf(own: OwnWay, device: Bytes, created: number): Promise<VaultWay> {
  return vaultWayOf(await wayKeys("device", own.secret), { id: own.id, created, device });
}

/**
 * The ways as they are to be in the next vault: those of the last, without those of devices that are gone, and this
 * device's own with the key it has.
 */
export async function waysWithOwn(core: Core, me: Me): Promise<Ways> {
  const gone = await core.store.all<{ device: string }>(
    "SELECT device FROM own_devices WHERE gone = 1",
  );
  const left = new Set(gone.map(({ device }) => device));
  const listed = await listWays(core);
  const known = {
    ...listed,
    ways: listed.ways.filter(({ device }) => device === undefined || !left.has(toHex(device))),
  };
  const own = await core.store.get<OwnWay>("SELECT id, secret FROM own_way");
  if (left.has(me.deviceHash)) return known;
  if (own === undefined || known.ways.some((way) => equalBytes(way.id, own.id))) return known;
  const way = await ownWayOf(own, me.device.hash, core.platform.clock.now());
  const wrap = await sealVaultKeyTo(me.vaultKey, me.identityId, way);
  return { ways: [...known.ways, way], wraps: [...known.wraps, wrap] };
}

/** The vault key by this device's own way; null when it has none there. */
export async function vaultKeyByDevice(
  core: Core,
  identityId: Bytes,
  wraps: readonly VaultWrap[],
): Promise<Bytes | null> {
  const own = await core.store.get<OwnWay>("SELECT id, secret FROM own_way");
  const wrap = own && wraps.find((one) => equalBytes(one.id, own.id));
  if (own === undefined || wrap === undefined) return null;
  return openWay(await wayKeys("device", own.secret), identityId, wrap);
}

/**
 * Opens the vault key that is sealed to a way. @throws EngineError `unverified` when none of the wraps is for it: the
 * vault is another person's, or a node's making
 */
export async function openByWay(
  keys: WayKeys,
  identityId: Bytes,
  wraps: readonly VaultWrap[],
): Promise<Bytes> {
  for (const wrap of wraps) {
    if (!isWayKind(wrap.way) || wrap.way !== keys.kind) continue;
    try {
      return await openWay(keys, identityId, wrap);
    } catch {
      // Another one of the same kind.
    }
  }
  throw new EngineError("unverified");
}

/**
 * Opens a vault that the node gave, by the key that this device has, or by the device's own way when another device has
 * renewed the key. `ours`: see {@link isOurs}; of any other nothing is taken over.
 * @throws CryptoError when it is no vault of this account; EngineError `vault_closed` when this device was not given the new key
 */
export async function openTheirs(
  core: Core,
  sealed: Bytes,
): Promise<{ vault: Vault; vaultKey: Bytes; ours: boolean }> {
  const { vaultKey, identityId } = core.me();
  if (sealed.length > LIMITS.vaultBytes) throw new ProtocolError("too_large");
  try {
    return await judged(core, vaultKey, sealed);
  } catch (error) {
    if (!(error instanceof CryptoError) || error.code !== "open_failed") throw error;
  }
  const renewed = await vaultKeyByDevice(core, identityId, readVaultWraps(sealed));
  if (renewed === null) throw new EngineError("vault_closed");
  return judged(core, renewed, sealed);
}

async function judged(core: Core, vaultKey: Bytes, sealed: Bytes) {
  const vault = await openVault(vaultKey, sealed);
  return { vault, vaultKey, ours: await isOurs(core, vault) };
}

/**
 * Whether a vault was made by a device that counts now.
 *
 * [Note: Who can make a vault] A device that was removed knows the public and the pre-shared key of every way, those of the
 * other devices too: with the node's help it could seal to them a vault of its own making, under a key that it knows. What it
 * does not know is the private key that the identity has had since. So a vault counts where the private key in it is that of
 * its identity, and the identity is the one that is known here or goes on from it.
 */
export async function isOurs(core: Core, vault: Vault): Promise<boolean> {
  return holdsItsKey(vault) && continuesIdentity(core.me().identity, vault.identity)
    ? readIdentity(vault.identity).then(
        () => true,
        () => false,
      )
    : false;
}

/** Whether the private key in a vault is that of the identity in it. */
export function holdsItsKey({ identity, identityKey }: Vault): boolean {
  return equalBytes(identityPublicKey(identityKey), identity.key);
}

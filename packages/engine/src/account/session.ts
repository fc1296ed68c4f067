/** Signing up, and the account as this device keeps it. Signing in: sign-in.ts. */
import {
  createBoxKey,
  createDevice,
  createIdentity,
  createVaultKey,
  deviceCredential,
  identityIdOf,
  NO_VAULT,
  passphraseSecret,
  sealVault,
  sealVaultKeyToAll,
  signPossession,
  vaultHash,
  vaultWayOf,
  wayEntryOf,
  wayKeys,
} from "@baraza/crypto";
import type { Identity } from "@baraza/crypto";
import type {
  Bytes,
  DeviceCertificate,
  IdentityRecord,
  NewPasskey,
  Profile,
  Vault,
  VaultWay,
} from "@baraza/protocol";
import {
  accountName,
  boxKeyRecord,
  check,
  decodeCbor,
  decodeJoinFragment,
  encodeCbor,
  fromBase64url,
  fromHex,
  LIMITS,
  profile as profileSchema,
  readAs,
  toHex,
} from "@baraza/protocol";
import type { Account } from "../api.ts";
import type { Core, Me } from "../core.ts";
import { EngineError } from "../errors.ts";
import { keepMoves } from "../moving/own-moves.ts";
import type { SqlTx } from "../ports.ts";
import { keepBoxKeys } from "./box-keys.ts";
import type { OwnWay, Ways } from "./ways-store.ts";
import { createOwnWay, keepOwnWay, keepRest, keepWays, ownWayOf } from "./ways-store.ts";

export type AccountRow = {
  name: string;
  node: string;
  identity_id: string;
  display_name: string;
  role: "member" | "administrator";
  identity: Bytes;
  identity_key: Bytes;
  device_cert: Bytes;
  device_hash: string;
  device_key: Bytes;
  session: Bytes;
  box_id: Bytes;
  vault_key: Bytes;
  vault_version: number;
  vault_hash: Bytes;
  vault_dirty: number;
};

/** OPAQUE is large: it is loaded when somebody signs up or in, not before. */
export const opaque = () => import("@baraza/crypto/opaque");

/** Who signs up, and by what. */
export type NewAccount = {
  name: string;
  displayName: string;
  invitation?: string | undefined;
  setup?: string | undefined;
  /** Somebody who was elsewhere before: their identity, and what they bring along. */
  brought?: {
    identity: Identity;
    vault: Pick<Vault, "boxKeys" | "spaces" | "nodes" | "moves">;
    /** Written in the transaction that makes the account this device's. */
    also: (tx: SqlTx) => void;
  };
};
/** The ways of a new account, and what the node needs to check them. */
export type FirstWays = { ways: VaultWay[]; record?: string; passkey?: NewPasskey };

/** Makes an account with a passphrase. @throws as {@link signUpBy}; EngineError `too_weak` */
export async function signUp(core: Core, args: NewAccount & { passphrase: string }): Promise<void> {
  if (args.passphrase.length < 8) throw new EngineError("too_weak");
  await signUpBy(core, args, async ({ name, invited }) => {
    const lib = await opaque();
    const { state, request } = await lib.startRegistration(args.passphrase);
    const { response } = await core.own.call("accounts.registerStart", {
      name,
      request,
      ...invited,
    });
    core.setProgress({ job: "signingUp", done: 1, total: 3 });
    const made = await lib.finishRegistration(args.passphrase, state, response);
    const keys = await wayKeys("passphrase", passphraseSecret(made.exportKey));
    const way = vaultWayOf(keys, { created: core.platform.clock.now() });
    return { ways: [way], record: made.record };
  });
}

/** Makes an account. @throws ProtocolError `name_taken`, `invitation_needed`, ...; EngineError `signed_in`, `invalid` */
export async function signUpBy(
  core: Core,
  args: NewAccount,
  makeWays: (known: { name: string; invited: { invitation?: Bytes } }) => Promise<FirstWays>,
): Promise<void> {
  if (core.signedIn()) throw new EngineError("signed_in");
  const name = args.name.trim().toLowerCase();
  check(accountName, name);
  const { node } = await core.own.call("accounts.policy", {});
  const profile = profileOf(args.displayName, name, node);
  core.setProgress({ job: "signingUp", done: 0, total: 3 });
  try {
    const invitation = codeOf(args.invitation ?? args.setup, node);
    const invited = invitation === null ? {} : { invitation };
    const first = await makeWays({ name, invited });
    const now = core.platform.clock.now();
    const { brought } = args;
    const identity = brought?.identity ?? (await createIdentity());
    const device = await createDevice(identity.record, identity.privateKey, now);
    const formerKeys = brought?.vault.boxKeys ?? [];
    const seqs = formerKeys.map((one) => readAs(boxKeyRecord, one.record, LIMITS.recordBytes).seq);
    const boxKey = await createBoxKey(identity, Math.max(0, ...seqs) + 1, now);
    const vaultKey = createVaultKey();
    const own = createOwnWay();
    const ways = [...first.ways, await ownWayOf(own, device.hash, now)];
    const identityId = identityIdOf(identity.record);
    const wraps = await sealVaultKeyToAll(vaultKey, identityId, ways);
    const vault: Vault = {
      v: 1,
      version: 1,
      prevHash: NO_VAULT,
      identity: identity.record,
      identityKey: identity.privateKey,
      profile,
      boxKeys: [...formerKeys, { record: boxKey.record, privateKey: boxKey.privateKey }],
      spaces: brought?.vault.spaces ?? [],
      nodes: brought?.vault.nodes ?? [],
      ways,
      ...(brought?.vault.moves === undefined ? {} : { moves: brought.vault.moves }),
    };
    core.setProgress({ job: "signingUp", done: 2, total: 3 });
    const account = {
      name,
      identity: encodeCbor(identity.record),
      deviceCert: deviceCredential(device.certificate),
      boxKey: boxKey.record,
    };
    const made = await core.own.call("accounts.registerFinish", {
      ...account,
      ...(first.record === undefined ? {} : { record: first.record }),
      ...(first.passkey === undefined ? {} : { passkey: first.passkey }),
      ways: first.ways.map(wayEntryOf),
      possession: await signPossession(identity.privateKey, {
        node,
        ...account,
        record: first.record ?? "",
      }),
      vault: await sealVault(vaultKey, wraps, vault),
      ...invited,
    });
    const me: Me = {
      name,
      node,
      identityId,
      id: toHex(identityId),
      profile,
      role: made.role,
      identity: identity.record,
      identityKey: identity.privateKey,
      device,
      deviceHash: toHex(device.hash),
      session: made.session,
      boxId: made.boxId,
      vaultKey,
    };
    await core.store.transaction((tx) => {
      writeAccount(tx, me, { ways: { ways, wraps }, own, vault });
      keepBoxKeys(tx, vault, now);
      brought?.also(tx);
      tx.afterCommit(() => core.setMe(me));
    });
    if (args.setup !== undefined && made.role !== "administrator") await claim(core, args.setup);
  } finally {
    core.setProgress(null);
  }
}

/** Gives the administrator role to this account by the console's link. */
export async function claim(core: Core, setup: string): Promise<void> {
  const code = codeOf(setup, core.me().node);
  if (code === null) throw new EngineError("link_invalid");
  const { role } = await core.own.call("admin.claim", { setup: code });
  await core.store.run("UPDATE account SET role = ?", [role]);
  core.setMe({ ...core.me(), role });
}

/** Loads the account that the store holds. */
export async function loadAccount(core: Core): Promise<void> {
  const row = await core.store.get<AccountRow>("SELECT * FROM account");
  if (row === undefined) return core.setMe(null);
  const certificate = decodeCbor(row.device_cert) as unknown as DeviceCertificate;
  // What this device made and checked itself is not checked again: the store's own seal keeps it, and on a slow phone the
  // signatures alone would take half a second of every start.
  core.setMe({
    name: row.name,
    node: row.node,
    identityId: fromHex(row.identity_id),
    id: row.identity_id,
    profile: profileOf(row.display_name, row.name, row.node),
    role: row.role,
    identity: decodeCbor(row.identity) as unknown as IdentityRecord,
    identityKey: row.identity_key,
    device: { certificate, hash: fromHex(row.device_hash), privateKey: row.device_key },
    deviceHash: row.device_hash,
    session: row.session,
    boxId: row.box_id,
    vaultKey: row.vault_key,
  });
}

/** The account as a screen shows it. */
export function accountOf(me: Me): Account {
  return {
    identityId: me.id,
    name: me.name,
    node: me.node,
    address: me.profile.address,
    displayName: me.profile.name,
    role: me.role,
  };
}

/** @throws EngineError `invalid` */
export function profileOf(displayName: string, name: string, node: string): Profile {
  const shown = displayName.normalize("NFC").trim();
  try {
    return check(profileSchema, { name: shown === "" ? name : shown, address: `${name}@${node}` });
  } catch (cause) {
    throw new EngineError("invalid", { cause, data: { field: "displayName" } });
  }
}

/**
 * The code of a /signup or /setup link, or the one that goes with a /join link of this node (that of another opens nothing
 * here); null when there is none. @throws EngineError `link_invalid`
 */
function codeOf(text: string | undefined, node: string): Bytes | null {
  if (text === undefined || text === "") return null;
  try {
    if (text.includes(".")) {
      const link = decodeJoinFragment(text);
      return link.node === node ? link.invitation : null;
    }
    const code = fromBase64url(text);
    if (code.length !== 16) throw new RangeError("length");
    return code;
  } catch (cause) {
    throw new EngineError("link_invalid", { cause });
  }
}

/** Notes the account with its vault, for a device that has none yet. */
export function writeAccount(
  tx: SqlTx,
  me: Me,
  { ways, own, vault }: { ways: Ways; own: OwnWay; vault: Vault },
): void {
  keepWays(tx, ways);
  keepRest(tx, vault);
  keepOwnWay(tx, own);
  keepMoves(tx, vault);
  tx.run("INSERT INTO account VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)", [
    me.name,
    me.node,
    me.id,
    me.profile.name,
    me.role,
    encodeCbor(me.identity),
    me.identityKey,
    deviceCredential(me.device.certificate),
    me.deviceHash,
    me.device.privateKey,
    me.session,
    me.boxId,
    me.vaultKey,
    vault.version,
    vaultHash(vault),
  ]);
  tx.run("INSERT OR REPLACE INTO people VALUES (?, ?, ?, 'you', 0)", [
    me.id,
    me.profile.name,
    me.profile.address,
  ]);
}

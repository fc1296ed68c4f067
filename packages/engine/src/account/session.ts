/** Signing up, in and out: what an account is made of, and this device's part in it. */
import {
  createBoxKey,
  createDevice,
  createIdentity,
  createVaultKey,
  CryptoError,
  deviceCredential,
  identityIdOf,
  NO_VAULT,
  openVault,
  readVaultWraps,
  sealVault,
  unwrapVaultKey,
  vaultHash,
  wrapVaultKey,
} from "@baraza/crypto";
import type { VaultWrap } from "@baraza/crypto";
import type { Bytes, DeviceCertificate, Profile, Vault } from "@baraza/protocol";
import {
  accountName,
  check,
  decodeCbor,
  decodeJoinFragment,
  encodeCbor,
  equalBytes,
  fromBase64url,
  fromHex,
  ProtocolError,
  profile as profileSchema,
  toHex,
} from "@baraza/protocol";
import type { Account } from "../api.ts";
import type { Core, Me } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { keepBoxKeys } from "./box-keys.ts";
import { keepPlaces } from "./places.ts";

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
  vault_wraps: Bytes;
  vault_version: number;
  vault_hash: Bytes;
  vault_dirty: number;
};

/** OPAQUE is large: it is loaded when somebody signs up or in, not before. */
const opaque = () => import("@baraza/crypto/opaque");

/** Makes an account. @throws ProtocolError `name_taken`, `invitation_needed`, ...; EngineError `signed_in`, `invalid` */
export async function signUp(
  core: Core,
  args: {
    name: string;
    displayName: string;
    passphrase: string;
    invitation?: string | undefined;
    setup?: string | undefined;
  },
): Promise<void> {
  if (core.signedIn()) throw new EngineError("signed_in");
  const name = args.name.trim().toLowerCase();
  check(accountName, name);
  const { node } = await core.own.call("accounts.policy", {});
  const profile = profileOf(args.displayName, name, node);
  if (args.passphrase.length < 8) throw new EngineError("too_weak");
  core.setProgress({ job: "signingUp", done: 0, total: 3 });
  try {
    const lib = await opaque();
    const invitation = codeOf(args.invitation ?? args.setup, node);
    const started = await lib.startRegistration(args.passphrase);
    const invited = invitation === null ? {} : { invitation };
    const { response } = await core.own.call("accounts.registerStart", {
      name,
      request: started.request,
      ...invited,
    });
    core.setProgress({ job: "signingUp", done: 1, total: 3 });
    const { record, exportKey } = await lib.finishRegistration(
      args.passphrase,
      started.state,
      response,
    );
    const now = core.platform.clock.now();
    const identity = await createIdentity();
    const device = await createDevice(identity.record, identity.privateKey, now);
    const boxKey = await createBoxKey(identity, 1, now);
    const vaultKey = createVaultKey();
    const wraps = [await wrapVaultKey(vaultKey, { way: "passphrase", exportKey })];
    const vault: Vault = {
      v: 1,
      version: 1,
      prevHash: NO_VAULT,
      identity: identity.record,
      identityKey: identity.privateKey,
      profile,
      boxKeys: [{ record: boxKey.record, privateKey: boxKey.privateKey }],
      spaces: [],
      nodes: [],
    };
    core.setProgress({ job: "signingUp", done: 2, total: 3 });
    const made = await core.own.call("accounts.registerFinish", {
      name,
      record,
      identity: encodeCbor(identity.record),
      deviceCert: deviceCredential(device.certificate),
      boxKey: boxKey.record,
      vault: await sealVault(vaultKey, wraps, vault),
      ...invited,
    });
    const me: Me = {
      name,
      node,
      identityId: identityIdOf(identity.record),
      id: toHex(identityIdOf(identity.record)),
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
      writeAccount(tx, me, { wraps, version: 1, hash: vaultHash(vault) });
      keepBoxKeys(tx, vault, now);
      tx.afterCommit(() => core.setMe(me));
    });
    if (args.setup !== undefined && made.role !== "administrator") await claim(core, args.setup);
  } finally {
    core.setProgress(null);
  }
}

/**
 * Signs in on a device that has nothing yet: opens the vault and becomes a new device of the account, which has to be
 * let into the spaces that the vault names (places.ts).
 * @throws EngineError `wrong_passphrase`, `signed_in`
 */
export async function signIn(
  core: Core,
  args: { name: string; passphrase: string },
): Promise<void> {
  if (core.signedIn()) throw new EngineError("signed_in");
  const name = args.name.trim().toLowerCase().replace(/@.*$/, "");
  check(accountName, name);
  core.setProgress({ job: "signingIn", done: 0, total: 3 });
  try {
    const lib = await opaque();
    const { node } = await core.own.call("accounts.policy", {});
    const started = await lib.startSignIn(args.passphrase);
    const first = await core.own.call("accounts.signInStart", { name, request: started.request });
    const { finish, exportKey } = await lib.finishSignIn(
      args.passphrase,
      started.state,
      first.response,
    );
    core.setProgress({ job: "signingIn", done: 1, total: 3 });
    const answer = await core.own.call("accounts.signInFinish", {
      signInId: first.signInId,
      finish,
    });
    const wraps = readVaultWraps(answer.vault);
    const wrap = wraps.find((one) => one.way === "passphrase");
    if (wrap === undefined) throw new EngineError("wrong_passphrase");
    const vaultKey = await unwrapVaultKey(wrap, { exportKey });
    const vault = await openVault(vaultKey, answer.vault);
    if (
      !equalBytes(encodeCbor(vault.identity), answer.identity) ||
      vault.version !== answer.vaultVersion
    )
      throw new EngineError("unverified");
    const now = core.platform.clock.now();
    const device = await createDevice(vault.identity, vault.identityKey, now);
    const id = identityIdOf(vault.identity);
    const me: Me = {
      name,
      node,
      identityId: id,
      id: toHex(id),
      profile: vault.profile,
      role: answer.role,
      identity: vault.identity,
      identityKey: vault.identityKey,
      device,
      deviceHash: toHex(device.hash),
      session: answer.session,
      boxId: answer.boxId,
      vaultKey,
    };
    await core.store.transaction((tx) => {
      writeAccount(tx, me, { wraps, version: vault.version, hash: vaultHash(vault) });
      keepBoxKeys(tx, vault, now);
      keepPlaces(tx, vault.spaces);
      for (const one of vault.nodes)
        tx.run("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, 0)", [
          one.name,
          one.nodeKey,
          new Uint8Array(),
        ]);
      tx.afterCommit(() => core.setMe(me));
    });
    await core.own.call("devices.add", { deviceCert: deviceCredential(device.certificate) });
  } catch (error) {
    throw asWrongPassphrase(error);
  } finally {
    core.setProgress(null);
  }
}

/**
 * A new session for the device that is signed in here: the node ended the old one (a passphrase that was changed elsewhere,
 * a restored backup). Nothing on the device changes.
 * @throws EngineError `wrong_passphrase`, `unverified` when the account is another person's now
 */
export async function signInAgain(core: Core, passphrase: string): Promise<void> {
  const { name, identity } = core.me();
  try {
    const lib = await opaque();
    const started = await lib.startSignIn(passphrase);
    const first = await core.own.call("accounts.signInStart", { name, request: started.request });
    const { finish } = await lib.finishSignIn(passphrase, started.state, first.response);
    const answer = await core.own.call("accounts.signInFinish", {
      signInId: first.signInId,
      finish,
    });
    if (!equalBytes(encodeCbor(identity), answer.identity)) throw new EngineError("unverified");
    await core.store.transaction((tx) => {
      tx.run("UPDATE account SET session = ?", [answer.session]);
      tx.afterCommit(() => core.setMe({ ...core.me(), session: answer.session }));
    });
  } catch (error) {
    throw asWrongPassphrase(error);
  }
  await core.own.call("devices.add", {
    deviceCert: deviceCredential(core.me().device.certificate),
  });
}

function asWrongPassphrase(error: unknown): unknown {
  const wrong =
    (error instanceof CryptoError && error.code === "wrong_passphrase") ||
    (error instanceof ProtocolError && error.code === "wrong_credentials");
  return wrong ? new EngineError("wrong_passphrase", { cause: error }) : error;
}

/** Changes the passphrase: nothing is encrypted again but the wrap of the vault key. */
export async function changePassphrase(
  core: Core,
  passphrase: string,
  makeVault: () => Promise<Vault>,
): Promise<void> {
  if (passphrase.length < 8) throw new EngineError("too_weak");
  const lib = await opaque();
  const me = core.me();
  const started = await lib.startRegistration(passphrase);
  const { response } = await core.own.call("accounts.passphraseStart", {
    request: started.request,
  });
  const { record, exportKey } = await lib.finishRegistration(passphrase, started.state, response);
  const wraps = [await wrapVaultKey(me.vaultKey, { way: "passphrase", exportKey })];
  const vault = await makeVault();
  await core.own.call("accounts.passphraseFinish", {
    record,
    vault: await sealVault(me.vaultKey, wraps, vault),
    version: vault.version,
  });
  await core.store.run("UPDATE account SET vault_wraps = ?, vault_version = ?, vault_hash = ?", [
    encodeCbor(wraps),
    vault.version,
    vaultHash(vault),
  ]);
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
    identity: certificate.identity,
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

/** Writes the account of a store that has none. */
export function writeAccount(
  tx: SqlTx,
  me: Me,
  vault: { wraps: readonly VaultWrap[]; version: number; hash: Bytes },
): void {
  tx.run("INSERT INTO account VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)", [
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
    encodeCbor(vault.wraps),
    vault.version,
    vault.hash,
  ]);
  tx.run("INSERT OR REPLACE INTO people VALUES (?, ?, ?, 'you', 0)", [
    me.id,
    me.profile.name,
    me.profile.address,
  ]);
}

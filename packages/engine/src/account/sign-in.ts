/**
 * Signing in, by whatever way: on a device that has nothing yet, and again on one whose session the node has ended. Each
 * way ends alike: the node gives a session and the sealed vault, and a key that only the way has opens it.
 */
import {
  createDevice,
  CryptoError,
  deviceCredential,
  identityIdOf,
  openVault,
  passphraseSecret,
  readIdentity,
  readVaultWraps,
  signChallenge,
  wayKeys,
} from "@baraza/crypto";
import type { Bytes, SignedIn, Vault, WayKind } from "@baraza/protocol";
import { accountName, check, encodeCbor, equalBytes, ProtocolError, toHex } from "@baraza/protocol";
import { keepNodes } from "../trust/see.ts";
import type { Core, Me } from "../core.ts";
import { takeDevices } from "../devices/list.ts";
import { EngineError } from "../errors.ts";
import { keepBoxKeys } from "./box-keys.ts";
import { keepRecovery } from "../recovery/index.ts";
import { endClosed, endSession } from "../ways/closed.ts";
import { keepPlaces } from "./places.ts";
import { opaque, writeAccount } from "./session.ts";
import { createOwnWay, holdsItsKey, isOurs, openByWay } from "./ways-store.ts";

/** A person has proven a way to the node; `open` gives the vault key of the vault that came back. */
export type Proven = { answer: SignedIn; open: (identityId: Bytes) => Promise<Bytes> };
/** `code`: the words of what is mixed in, where something is. */
type Passphrase = { name: string; passphrase: string; code?: string | undefined };

/** By the passphrase. @throws EngineError `wrong_passphrase`, `signed_in`, `unverified` */
export async function signIn(core: Core, args: Passphrase): Promise<void> {
  const name = nameOf(args.name);
  await signInBy(core, () => byPassphrase(core, { ...args, name }));
}

/**
 * By a way that has a key to sign in with (words, people, organisation, device), from its secret alone. `name` is checked
 * where the person gave one. @throws EngineError `wrong_way` when no account has this way, `signed_in`, `unverified`
 */
export async function signInWith(
  core: Core,
  args: { name?: string | undefined; way: WayKind; secret: Bytes },
): Promise<void> {
  const name = args.name === undefined ? null : nameOf(args.name);
  await signInBy(core, async () => {
    const proven = await byKey(core, args.way, args.secret);
    if (name !== null && proven.answer.name !== name) throw new EngineError("wrong_way");
    return proven;
  });
}

/** A new session for the device that is signed in here, by the passphrase. @throws as {@link signIn} */
export async function signInAgain(core: Core, args: Omit<Passphrase, "name">): Promise<void> {
  const { name } = core.me();
  await againBy(core, () => byPassphrase(core, { ...args, name }));
}

/** The same by a way with a key. @throws EngineError `wrong_way`, `unverified` when it is another person's */
export async function signInAgainWith(
  core: Core,
  args: { way: WayKind; secret: Bytes },
): Promise<void> {
  await againBy(core, () => byKey(core, args.way, args.secret));
}

/** Becomes a new device of the account, which has to be let into the spaces that the vault names (places.ts). */
export async function signInBy(core: Core, prove: () => Promise<Proven>): Promise<void> {
  if (core.signedIn()) throw new EngineError("signed_in");
  core.setProgress({ job: "signingIn", done: 0, total: 3 });
  try {
    const { node } = await core.own.call("accounts.policy", {});
    const { answer, open } = await prove();
    core.setProgress({ job: "signingIn", done: 2, total: 3 });
    const { vault, vaultKey } = await openOrEnd(core, { answer, open });
    await becomeDevice(core, { answer, node, vault, vaultKey });
    await endClosed(core);
  } finally {
    core.setProgress(null);
  }
}

/**
 * The node ended the old session (a passphrase that was changed elsewhere, a restored backup). Nothing on the device
 * changes, but the vault key where another device has renewed it.
 */
export async function againBy(core: Core, prove: () => Promise<Proven>): Promise<void> {
  const { identityId } = core.me();
  const { answer, open } = await prove();
  const { vault, vaultKey } = await openOrEnd(core, { answer, open }, identityId);
  const ours = await isOurs(core, vault);
  await core.store.transaction((tx) => {
    tx.run("UPDATE account SET session = ?, vault_dirty = vault_dirty + 1", [answer.session]);
    // An old vault under an old key is not taken over: what stands here is newer, and is put on top of it.
    const newer = tx.get("SELECT 1 FROM account WHERE vault_version < ?", [vault.version]);
    const key = newer === undefined || !ours ? core.me().vaultKey : vaultKey;
    tx.run("UPDATE account SET vault_key = ?", [key]);
    tx.afterCommit(() => core.setMe({ ...core.me(), session: answer.session, vaultKey: key }));
  });
  await core.own.call("devices.add", {
    deviceCert: deviceCredential(core.me().device.certificate),
  });
}

async function byPassphrase(core: Core, { name, passphrase, code }: Passphrase): Promise<Proven> {
  try {
    const lib = await opaque();
    const started = await lib.startSignIn(passphrase);
    const first = await core.own.call("accounts.signInStart", { name, request: started.request });
    const { finish, exportKey } = await lib.finishSignIn(passphrase, started.state, first.response);
    core.setProgress({ job: "signingIn", done: 1, total: 3 });
    const { signInId } = first;
    const answer = await core.own.call("accounts.signInFinish", { signInId, finish });
    return { answer, open: (id) => openByPassphrase(answer, id, exportKey, code) };
  } catch (error) {
    throw asRefusal(error, "wrong_passphrase");
  }
}

/** @throws EngineError `code_needed` where the passphrase alone is not enough, `words_wrong`, `wrong_way` */
async function openByPassphrase(
  answer: SignedIn,
  identityId: Bytes,
  exportKey: Bytes,
  code: string | undefined,
): Promise<Bytes> {
  const wraps = readVaultWraps(answer.vault);
  if (!wraps.some(({ way }) => way === "passphrase+secret"))
    return openByWay(await wayKeys("passphrase", passphraseSecret(exportKey)), identityId, wraps);
  if (code === undefined || code.trim() === "") throw new EngineError("code_needed");
  const { readWords } = await import("@baraza/crypto/words");
  const read = readWords(code);
  if (!read.ok) throw new EngineError("words_wrong", { data: { reason: read.reason } });
  const keys = await wayKeys("passphrase+secret", passphraseSecret(exportKey, read.secret));
  try {
    return await openByWay(keys, identityId, wraps);
  } catch (cause) {
    throw new EngineError("wrong_way", { cause });
  }
}

async function byKey(core: Core, way: WayKind, secret: Bytes): Promise<Proven> {
  const keys = await wayKeys(way, secret);
  const { node } = await core.own.call("accounts.policy", {});
  const { signInId, challenge } = await core.own.call("ways.signInStart", {});
  const sig = await signChallenge(keys.sign, { node, signInId, challenge });
  try {
    const answer = await core.own.call("ways.signInFinish", {
      signInId,
      signKey: keys.sign.publicKey,
      sig,
    });
    return { answer, open: (id) => openByWay(keys, id, readVaultWraps(answer.vault)) };
  } catch (error) {
    throw asRefusal(error, "wrong_way");
  }
}

/** Opens what the node gave; where that does not come about, its session is not left behind. `whose`: only that person's. */
async function openOrEnd(
  core: Core,
  { answer, open }: Proven,
  whose?: Bytes,
): Promise<{ vault: Vault; vaultKey: Bytes }> {
  try {
    const opened = await openAnswer(answer, open);
    if (whose !== undefined && !equalBytes(identityIdOf(opened.vault.identity), whose))
      throw new EngineError("unverified");
    return opened;
  } catch (error) {
    await endSession(core, answer);
    throw error;
  }
}

/** @throws EngineError `unverified` when what the node gave does not belong together */
async function openAnswer(
  answer: SignedIn,
  open: Proven["open"],
): Promise<{ vault: Vault; vaultKey: Bytes }> {
  try {
    const vaultKey = await open(identityIdOf(await readIdentity(answer.identity)));
    const vault = await openVault(vaultKey, answer.vault);
    const same = equalBytes(encodeCbor(vault.identity), answer.identity) && holdsItsKey(vault);
    if (!same || vault.version !== answer.vaultVersion) throw new EngineError("unverified");
    return { vault, vaultKey };
  } catch (error) {
    if (error instanceof CryptoError) throw new EngineError("unverified", { cause: error });
    throw error;
  }
}

async function becomeDevice(
  core: Core,
  from: { answer: SignedIn; node: string; vault: Vault; vaultKey: Bytes },
): Promise<void> {
  const { answer, vault } = from;
  const now = core.platform.clock.now();
  const device = await createDevice(vault.identity, vault.identityKey, now);
  const id = identityIdOf(vault.identity);
  const me: Me = {
    name: answer.name,
    node: from.node,
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
    vaultKey: from.vaultKey,
  };
  const wraps = readVaultWraps(answer.vault);
  await core.store.transaction((tx) => {
    writeAccount(tx, me, { ways: { ways: vault.ways, wraps }, own: createOwnWay(), vault });
    // This device's own way is not in the vault yet.
    tx.run("UPDATE account SET vault_dirty = 1");
    keepBoxKeys(tx, vault, now);
    keepPlaces(tx, vault.spaces);
    keepRecovery(tx, vault);
    takeDevices(tx, core, vault);
    keepNodes(tx, vault.nodes, now);
    tx.afterCommit(() => core.setMe(me));
  });
  await core.own.call("devices.add", { deviceCert: deviceCredential(device.certificate) });
}

function nameOf(text: string): string {
  const name = text.trim().toLowerCase().replace(/@.*$/, "");
  return check(accountName, name);
}

function asRefusal(error: unknown, code: "wrong_passphrase" | "wrong_way"): unknown {
  const wrong =
    (error instanceof CryptoError && error.code === "wrong_passphrase") ||
    (error instanceof ProtocolError && error.code === "wrong_credentials");
  return wrong ? new EngineError(code, { cause: error }) : error;
}

/**
 * Passkeys as a way in. WebAuthn runs in the page, which hands over what the browser gave. Where the authenticator has PRF,
 * its output is the way's secret; where not, the passkey signs in and opens nothing.
 */
import {
  passkeyPrfInput,
  randomBytes,
  readVaultWraps,
  vaultWayOf,
  wayEntryOf,
  wayKeys,
} from "@baraza/crypto";
import type { Bytes, NewPasskey, VaultWay } from "@baraza/protocol";
import { check, newPasskey, ProtocolError } from "@baraza/protocol";
import { signUpBy } from "../account/session.ts";
import { againBy, signInBy } from "../account/sign-in.ts";
import { swapVault } from "../account/vault.ts";
import { openByWay, vaultKeyByDevice } from "../account/ways-store.ts";
import type { Account } from "../api.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type {
  AnsweredPasskey,
  CreatedPasskey,
  PasskeySignIn,
  PasskeyToAsk,
  PasskeyToCreate,
  WaysCommands,
} from "./api.ts";
import { keepClosed } from "./closed.ts";
import { kindOf } from "./index.ts";
import type { Arrival } from "./index.ts";
import { wordsSecret } from "./ways-words.ts";

export async function passkeyToCreate(
  core: Core,
  args: { name?: string | undefined; displayName?: string | undefined },
): Promise<PasskeyToCreate> {
  const started = await core.own.call("passkeys.createStart", {});
  const { createId, challenge, userHandle, rpId } = started;
  const signedIn = core.signedIn();
  const own = signedIn ? (await core.own.call("passkeys.list", {})).passkeys : [];
  const { node } = await core.own.call("accounts.policy", {});
  const userName = signedIn ? core.me().profile.address : `${(args.name ?? "").trim()}@${node}`;
  const displayName = signedIn ? core.me().profile.name : (args.displayName ?? userName);
  const exclude = own.map(({ credentialId }) => credentialId);
  const prf = passkeyPrfInput();
  return { createId, challenge, userHandle, rpId, userName, displayName, prf, exclude };
}

export async function addPasskey(
  core: Core,
  { passkey, label }: { passkey: CreatedPasskey; label?: string | undefined },
): Promise<{ opens: boolean }> {
  const way = await wayOf(core, passkey, label);
  await swapVault(core, {
    ways: (ways) => [...ways, way],
    send: (vault, version) =>
      core.own.call("passkeys.put", {
        passkey: toSend(passkey),
        way: wayEntryOf(way),
        vault,
        version,
      }),
  });
  return { opens: way.publicKey !== undefined };
}

export async function signUpWithPasskey(
  core: Core,
  args: Parameters<WaysCommands["ways.signUpWithPasskey"]>[0],
  arrival: Arrival,
): Promise<Account> {
  const { passkey, words } = args;
  const ways = [await wayOf(core, passkey)];
  if (words !== undefined) {
    const keys = await wayKeys("words", wordsSecret(words.join(" ")));
    ways.push(vaultWayOf(keys, { created: core.platform.clock.now() }));
  }
  if (!ways.some((way) => way.publicKey !== undefined)) throw new EngineError("words_needed");
  await signUpBy(core, args, () => Promise.resolve({ ways, passkey: toSend(passkey) }));
  return arrival.signedIn();
}

export async function passkeyToAsk(core: Core): Promise<PasskeyToAsk> {
  const { signInId, challenge, rpId } = await core.own.call("passkeys.signInStart", {});
  return { signInId, challenge, rpId, prf: passkeyPrfInput(), allow: [] };
}

export async function signInWithPasskey(
  core: Core,
  { signInId, answer, prf }: AnsweredPasskey,
  arrival: Arrival,
): Promise<PasskeySignIn> {
  const again = core.signedIn();
  const { wayId, signedIn } = await finish(core, signInId, answer);
  const wraps = readVaultWraps(signedIn.vault);
  const opens = prf !== null && wraps.some(({ id }) => String(id) === String(wayId));
  if (!opens && again) {
    // What this device needs is here already, or comes by its own way: only the session was missing.
    const { vaultKey } = core.me();
    const open = async (id: Bytes) => (await vaultKeyByDevice(core, id, wraps)) ?? vaultKey;
    await againBy(core, () => Promise.resolve({ answer: signedIn, open }));
    return { state: "signedIn", account: await arrival.signedInAgain() };
  }
  if (!opens) {
    await keepClosed(core, signedIn);
    const by = wraps.map(({ way }) => kindOf(way)).filter((kind) => kind !== "device");
    return { state: "closed", name: signedIn.name, by: [...new Set(by)] };
  }
  const keys = await wayKeys("passkey", prf);
  const proven = { answer: signedIn, open: (id: Bytes) => openByWay(keys, id, wraps) };
  if (again) {
    await againBy(core, () => Promise.resolve(proven));
    return { state: "signedIn", account: await arrival.signedInAgain() };
  }
  await signInBy(core, () => Promise.resolve(proven));
  return { state: "signedIn", account: await arrival.signedIn() };
}

async function finish(core: Core, signInId: Bytes, answer: AnsweredPasskey["answer"]) {
  try {
    return await core.own.call("passkeys.signInFinish", { signInId, answer });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "wrong_credentials")
      throw new EngineError("wrong_way", { cause: error });
    throw error;
  }
}

async function wayOf(core: Core, passkey: CreatedPasskey, label?: string): Promise<VaultWay> {
  const created = core.platform.clock.now();
  const named = label === undefined || label.trim() === "" ? undefined : label.trim();
  if (passkey.prf !== null)
    return vaultWayOf(await wayKeys("passkey", passkey.prf), { created, label: named });
  const way: VaultWay = { id: randomBytes(16), way: "passkey", created };
  return named === undefined ? way : { ...way, label: named };
}

function toSend({ prf: _stays, ...passkey }: CreatedPasskey): NewPasskey {
  return check(newPasskey, passkey);
}

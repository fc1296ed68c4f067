/** Opening an account, and changing its passphrase: the registration half of OPAQUE (RFC 9807, section 5). */
import {
  identityIdOf,
  isPassphrase,
  randomBytes,
  readIdentity,
  verifyBoxKey,
  verifyDeviceCertificate,
  verifyPossession,
} from "@baraza/crypto";
import type { Bytes, CheckedRequestOf } from "@baraza/protocol";
import { encodeCbor, equalBytes, ProtocolError } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers } from "../../http/registry.ts";
import type { RegisterArg } from "../../store/port-accounts.ts";
import type { KeyLogPlace } from "../../store/port-keylog.ts";
import type { Registration } from "../../store/port-admin.ts";
import type { Store } from "../../store/port.ts";
import { checked, demand } from "./checks.ts";
import type { Sessions } from "./sessions.ts";
import { newSession } from "./sessions.ts";
import { accountKey } from "../account-key.ts";
import type { Passkeys } from "../ways/passkeys.ts";

export type RegistrationDeps = {
  store: Pick<Store, "accounts" | "admin">;
  sessions: Sessions;
  opaqueSetup: string;
  registration: Registration;
  /** The node's name. */
  name: () => string;
  /** What stands for the name and its owner once the account is closed. */
  restingName: (name: string, identityId: Bytes) => { name: Bytes; owner: Bytes };
  now: () => number;
  /** Hides a name in the key log. */
  placeOf: (name: string) => KeyLogPlace;
  /** @throws ProtocolError `malformed` */
  checkPasskey: Passkeys["check"];
  /** All sessions of the account but this one have ended. */
  onPassphraseChanged: (accountId: Bytes, keep: Bytes) => void;
};

/** Names that would speak for the node, or that the mail standards give a meaning (RFC 2142). */
const RESERVED = new Set([
  "abuse",
  "admin",
  "administrator",
  "hostmaster",
  "mailer-daemon",
  "noreply",
  "no-reply",
  "postmaster",
  "root",
  "security",
  "support",
  "system",
  "webmaster",
]);

/** The routes. Registering is slow work for a client (Argon2id) and one OPRF evaluation here. */
export function registrationRoutes(deps: RegistrationDeps): Handlers {
  const { store, now } = deps;
  return {
    "accounts.registerStart": async ({ name, invitation, request }, context) => {
      context.limit("register-start", { perMinute: 300, burst: 600 });
      await mayRegister(deps, invitation);
      if (RESERVED.has(name)) throw new ProtocolError("name_invalid");
      if ((await store.accounts.credentials({ name })) !== null) {
        // Where registration is open, anybody could ask for one name after the other.
        context.limit("name-taken", { perMinute: 10, burst: 60 });
        throw new ProtocolError("name_taken");
      }
      return { response: await evaluate(deps.opaqueSetup, name, request) };
    },
    "accounts.registerFinish": async (request, context) => {
      context.limit("register", { perMinute: 300, burst: 600 });
      if (RESERVED.has(request.name)) throw new ProtocolError("name_invalid");
      // The invitation is looked at before the signatures: verifying is dear, and anybody can ask for it.
      await mayRegister(deps, request.invitation);
      demandWays(request);
      const { session, row } = newSession(now());
      const passkey = request.passkey ? await deps.checkPasskey(request.passkey) : null;
      const account = await checkAccount(request, deps.name(), now());
      const { role } = await store.accounts.register({
        ...account,
        now: now(),
        record: request.record ?? null,
        ways: request.ways,
        passkey: passkey?.row ?? null,
        vault: request.vault,
        session: row,
        place: deps.placeOf(request.name),
        rests: deps.restingName(request.name, account.account.identityId),
        codeHash: request.invitation === undefined ? null : sha256(request.invitation),
        registration: deps.registration,
      });
      passkey?.kept();
      return { session, boxId: account.account.boxId, role };
    },
    "accounts.passphraseStart": async ({ request }, { account, limit }) => {
      limit("passphrase", { perMinute: 10, burst: 20 }, accountKey(account));
      const row = await store.accounts.account({ accountId: account.accountId });
      if (row === null) throw new ProtocolError("unauthenticated");
      return { response: await evaluate(deps.opaqueSetup, row.name, request) };
    },
    "accounts.passphraseFinish": async (request, { account, limit }) => {
      limit("passphrase", { perMinute: 10, burst: 20 }, accountKey(account));
      const { record, way, vault, version } = request;
      demand(isPassphrase(way.way) && way.signKey === undefined, "way");
      const { accountId, sessionId } = account;
      await store.accounts.changePassphrase({ accountId, sessionId, record, way, vault, version });
      deps.sessions.forget();
      deps.onPassphraseChanged(accountId, sessionId);
      return {};
    },
  };
}

/** Somebody can sign in: by the passphrase or the passkey, of each of which there is one at most, or by a way with a key. @throws ProtocolError `malformed` */
function demandWays({ record, passkey, ways }: CheckedRequestOf<"accounts.registerFinish">): void {
  const passphrases = ways.filter(({ way }) => isPassphrase(way)).length;
  demand(passphrases === (record === undefined ? 0 : 1), "ways");
  const passkeys = ways.filter(({ way }) => way === "passkey").length;
  demand(passkeys === (passkey === undefined ? 0 : 1), "ways");
  const signed = ways.some(({ signKey }) => signKey !== undefined);
  demand(record !== undefined || passkey !== undefined || signed, "ways");
}

/** Early and without effect: what decides is the transaction of registerFinish. */
async function mayRegister(
  { store, registration, now }: RegistrationDeps,
  invitation: Bytes | undefined,
): Promise<void> {
  if (invitation === undefined) {
    const settings = await store.admin.settings(null);
    if ((settings.registration ?? registration) !== "open")
      throw new ProtocolError("invitation_needed");
    return;
  }
  // Compared as hashes of 128 random bits, found by an index: neither time nor number of tries helps a guesser.
  if (!(await store.admin.codeStands({ codeHash: sha256(invitation), now: now() })))
    throw new ProtocolError("invitation_invalid");
}

async function evaluate(setup: string, name: string, request: string): Promise<string> {
  const { registrationResponse } = await import("@baraza/crypto/opaque-server");
  return checked("request", () => registrationResponse(setup, name, request));
}

/** Verifies that identity, device and box key belong together. @throws ProtocolError `malformed` with the field. */
async function checkAccount(
  request: CheckedRequestOf<"accounts.registerFinish">,
  node: string,
  now: number,
): Promise<Pick<RegisterArg, "account" | "device">> {
  const { name, identity, deviceCert, boxKey } = request;
  const record = await checked("identity", () => readIdentity(identity));
  const device = await checked("deviceCert", () => verifyDeviceCertificate(deviceCert));
  const identityId = identityIdOf(record);
  demand(equalBytes(encodeCbor(device.certificate.identity), identity), "deviceCert");
  const box = await checked("boxKey", () => verifyBoxKey(boxKey, identityId, now));
  demand(!box.expired && equalBytes(encodeCbor(box.identity), identity), "boxKey");
  // All of the above is public: nobody opens an account in the name of somebody who never came here.
  const of = { node, name, identity, deviceCert, boxKey, record: request.record ?? "" };
  demand(await verifyPossession(record.key, of, request.possession), "possession");
  return {
    account: {
      accountId: randomBytes(16),
      name,
      identityId,
      identity,
      identitySeq: record.seq,
      boxKey,
      boxKeySeq: box.seq,
      boxId: randomBytes(16),
    },
    device: { deviceId: device.hash, cert: deviceCert },
  };
}

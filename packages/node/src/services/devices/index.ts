/** A person's devices: meeting places for pairing, certificates of further devices, and sessions by a device's own key. */
import {
  continuesIdentity,
  randomBytes,
  readIdentity,
  verifyBoxKey,
  verifyDeviceCertificate,
  verifyDeviceSession,
  verifyRoll,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, equalBytes, ProtocolError, toHex } from "@baraza/protocol";
import type { Handlers, Service } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { checked, demand } from "../accounts/checks.ts";
import { newSession } from "../accounts/sessions.ts";
import { pairingRoutes } from "./pairings.ts";

export type DevicesDeps = {
  store: Pick<Store, "accounts" | "devices">;
  name: () => string;
  now: () => number;
  /** Told when sessions end before their time, so that live connections end too. */
  onSessionsEnded: (ended: { accountId: Bytes; sessionId: Bytes }) => void;
};

const CHALLENGE_MS = 60_000;
const CHALLENGES = 10_000;

/** Starts the service. Close it before the store. */
export function createDevices({ store, name, now, onSessionsEnded }: DevicesDeps): Service {
  const pairings = pairingRoutes(now);
  /** Challenges that are out, by their hexadecimal, each good for one session of one device. */
  const challenges = new Map<string, { deviceId: Bytes; until: number }>();
  const dropOld = () => {
    for (const [id, one] of challenges) {
      if (one.until > now()) return;
      challenges.delete(id);
    }
  };

  const routes: Handlers = {
    ...pairings.routes,
    "devices.grant": async ({ deviceCert }, { account, limit }) => {
      limit("devices.add", { perMinute: 20, burst: 60 }, accountKey(account));
      const { accountId } = account;
      const row = await store.accounts.account({ accountId });
      if (row === null) throw new ProtocolError("unauthenticated");
      const device = await checked("deviceCert", () => verifyDeviceCertificate(deviceCert));
      const record = await readIdentity(row.identity);
      demand(equalBytes(device.identityId, row.identityId), "deviceCert");
      demand(continuesIdentity(record, device.certificate.identity), "deviceCert");
      const cert = { deviceId: device.hash, cert: deviceCert };
      await store.devices.grant({ accountId, device: cert, now: now() });
      return {};
    },
    "devices.remove": async ({ deviceId, roll, boxKey, vault, version }, { account, limit }) => {
      limit("devices.remove", { perMinute: 20, burst: 60 }, accountKey(account));
      const { accountId } = account;
      const row = await store.accounts.account({ accountId });
      if (row === null) throw new ProtocolError("unauthenticated");
      const { identity, identityId } = await checked("roll", () => verifyRoll(roll));
      demand(equalBytes(identityId, row.identityId), "roll");
      demand(continuesIdentity(await readIdentity(row.identity), identity), "roll");
      const key = await checked("boxKey", () => verifyBoxKey(boxKey, identityId, now()));
      demand(!key.expired && equalBytes(encodeCbor(key.identity), encodeCbor(identity)), "boxKey");
      const ended = await store.devices.remove({
        accountId,
        deviceId,
        roll,
        former: row.identity,
        identity: encodeCbor(identity),
        identitySeq: identity.seq,
        boxKey,
        boxKeySeq: key.seq,
        vault,
        version,
      });
      for (const sessionId of ended) onSessionsEnded({ accountId, sessionId });
      return {};
    },
    "devices.roll": async ({ deviceId }, { limit }) => {
      limit("device-session", { perMinute: 60, burst: 200 });
      return { roll: await store.devices.roll({ deviceId }) };
    },
    "devices.leave": async (_request, { account }) => {
      const { accountId, sessionId } = account;
      for (const one of await store.devices.leave({ accountId, sessionId }))
        onSessionsEnded({ accountId, sessionId: one });
      return {};
    },
    "devices.sessionStart": async ({ deviceId }, { limit }) => {
      limit("device-session", { perMinute: 60, burst: 200 });
      const device = await store.devices.device({ deviceId });
      if (device === null) throw new ProtocolError("not_found");
      if (device.locked) throw new ProtocolError("unauthenticated");
      dropOld();
      if (challenges.size >= CHALLENGES) throw new ProtocolError("busy");
      const challenge = randomBytes(32);
      challenges.set(toHex(challenge), { deviceId, until: now() + CHALLENGE_MS });
      return { challenge };
    },
    "devices.sessionFinish": async ({ deviceId, challenge, sig, withVault }, { limit }) => {
      limit("device-session", { perMinute: 60, burst: 200 });
      dropOld();
      const started = challenges.get(toHex(challenge));
      if (started === undefined || !equalBytes(started.deviceId, deviceId))
        throw new ProtocolError("wrong_credentials");
      const device = await store.devices.device({ deviceId });
      if (device === null) throw new ProtocolError("not_found");
      const { deviceKey } = await verifyDeviceCertificate(device.cert);
      const signed = { node: name(), deviceId, challenge };
      if (!(await verifyDeviceSession(deviceKey, signed, sig)))
        throw new ProtocolError("wrong_credentials");
      challenges.delete(toHex(challenge));
      const { session, row } = newSession(now());
      await store.devices.openSession({ deviceId, session: row, now: now() });
      const account = await store.accounts.account({ accountId: device.accountId });
      if (account === null) throw new ProtocolError("not_found");
      const { boxId, role, identity } = account;
      const vault =
        withVault === true
          ? await store.accounts.vault({ accountId: device.accountId })
          : undefined;
      return { session, boxId, role, identity, ...(vault === undefined ? {} : { vault }) };
    },
  };
  return {
    routes,
    close: () => {
      pairings.close();
      challenges.clear();
    },
  };
}

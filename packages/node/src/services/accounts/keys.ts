/** Public keys: devices, the box key, key packages, and looking an identity up. */
import {
  continuesIdentity,
  readIdentity,
  verifyBoxKey,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, equalBytes, LIMITS, ProtocolError, toBase64url } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers } from "../../http/registry.ts";
import type { AccountRow } from "../../store/port-accounts.ts";
import type { Store } from "../../store/port.ts";
import { checked, demand } from "./checks.ts";
import type { MovingService } from "../moving/index.ts";
import { accountKey } from "../account-key.ts";
import { lookUpName } from "../look-ups.ts";

export type KeyDeps = {
  store: Pick<Store, "accounts">;
  now: () => number;
  /** Where somebody went who had an account here. */
  moved: MovingService["moved"];
};

const DAY = 24 * 60 * 60_000;
/** Key packages end within this; a last resort may stand as long as its device. */
const LONGEST = (LIMITS.keyPackageDays + 1) * DAY;
const LONGEST_LAST_RESORT = 400 * DAY;

const IDS = { perMinute: 6000, burst: 2000 };

/** The routes. */
export function keyRoutes({ store, now, moved }: KeyDeps): Handlers {
  const own = async (accountId: Bytes): Promise<AccountRow> => {
    const account = await store.accounts.account({ accountId });
    if (account === null) throw new ProtocolError("unauthenticated");
    return account;
  };
  return {
    "devices.add": async ({ deviceCert }, { account, limit }) => {
      limit("devices.add", { perMinute: 20, burst: 60 }, accountKey(account));
      const { identityId, identity } = await own(account.accountId);
      const device = await checked("deviceCert", () => verifyDeviceCertificate(deviceCert));
      const record = await readIdentity(identity);
      demand(equalBytes(device.identityId, identityId), "deviceCert");
      const { accountId, sessionId } = account;
      // A certificate by a key that was since rotated away, or by a branch from there, could be a thief's: it counts for devices
      // that were entered before and have not been removed.
      if (!continuesIdentity(record, device.certificate.identity)) {
        const entered = await store.accounts.devices({ accountId });
        demand(
          entered.some((one) => equalBytes(one, deviceCert)),
          "deviceCert",
        );
      }
      const row = { deviceId: device.hash, cert: deviceCert };
      await store.accounts.addDevice({ accountId, sessionId, device: row, now: now() });
      return {};
    },
    "devices.list": async (_request, { account }) => ({
      devices: await store.accounts.devices({ accountId: account.accountId }),
    }),
    "boxes.key": async ({ boxKey }, { account, limit }) => {
      limit("boxes.key", { perMinute: 10, burst: 30 }, accountKey(account));
      const { accountId } = account;
      const { identityId, identity: former } = await own(accountId);
      const record = await checked("boxKey", () => verifyBoxKey(boxKey, identityId, now()));
      demand(!record.expired, "boxKey");
      demand(continuesIdentity(await readIdentity(former), record.identity), "boxKey");
      await store.accounts.setBoxKey({
        accountId,
        boxKey,
        seq: record.seq,
        former,
        identity: encodeCbor(record.identity),
        identitySeq: record.identity.seq,
      });
      return {};
    },
    "keyPackages.publish": async ({ packages, capabilities }, { account, limit }) => {
      limit("keyPackages.publish", { perMinute: 30, burst: 60 }, accountKey(account));
      const at = now();
      for (const { expires, lastResort } of packages)
        demand(
          expires > at && expires <= at + (lastResort === true ? LONGEST_LAST_RESORT : LONGEST),
          "packages",
        );
      const { accountId, sessionId } = account;
      const left = await store.accounts.publishKeyPackages({
        accountId,
        sessionId,
        packages: packages.map(({ ref, keyPackage, expires, lastResort }) => ({
          ref,
          keyPackage,
          expires,
          lastResort: lastResort ?? false,
        })),
        capabilities: capabilities ?? null,
        max: LIMITS.keyPackagesPerDevice,
        now: at,
      });
      return { left };
    },
    "keyPackages.fetch": async ({ identityId, capability }, { limit }) => {
      limit("keyPackages.fetch", { perMinute: 3000, burst: 1000 });
      const capabilityHash = sha256(capability);
      return {
        packages: await store.accounts.takeKeyPackages({ identityId, capabilityHash, now: now() }),
      };
    },
    "identity.lookup": async ({ identityId, name }, { limit, sealed }) => {
      demand((identityId === undefined) !== (name === undefined), "name");
      // An id of 256 bits is known or not; names can be tried one after the other.
      const named = name === undefined ? null : lookUpName("identity.lookup", { limit, sealed });
      if (named === null) limit("identity.lookup", IDS);
      const by = identityId === undefined ? { name: name ?? "" } : { identityId };
      const found = await store.accounts.find(by);
      const went = await moved(
        found === null && identityId === undefined
          ? { name: name ?? "" }
          : { identityId: found?.identityId ?? identityId ?? new Uint8Array() },
      );
      if (found === null) {
        if (went === null) {
          named?.missed();
          throw new ProtocolError("not_found");
        }
        throw new ProtocolError("moved", { data: { statement: toBase64url(went) } });
      }
      const { name: called, identity, boxKey } = found;
      return { name: called, identity, boxKey, ...(went === null ? {} : { moved: went }) };
    },
  };
}

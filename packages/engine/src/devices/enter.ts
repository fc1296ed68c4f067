/** How a device that was granted a place opens its session, reads the vault and becomes a device of the account. */
import {
  CryptoError,
  identityIdOf,
  openVault,
  readDeviceCredential,
  readVaultWraps,
  vaultHash,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Bytes, PairingGrantBody } from "@baraza/protocol";
import { encodeCbor, equalBytes, ProtocolError, toHex } from "@baraza/protocol";
import { keepBoxKeys } from "../account/box-keys.ts";
import { keepPlaces } from "../account/places.ts";
import { writeAccount } from "../account/session.ts";
import { checkVaultFloor, noteFloor } from "../account/vault-floor.ts";
import { createOwnWay, holdsItsKey } from "../account/ways-store.ts";
import { keepNodes, notice } from "../trust/see.ts";
import type { Core, Me } from "../core.ts";
import { keepRecovery } from "../recovery/index.ts";
import { takeDevices } from "./list.ts";
import { openDeviceSession } from "./open-session.ts";

/**
 * Takes over an account that another device of the same person gave. All of it is checked before any of it is kept.
 * @throws CryptoError when what came does not fit together; ProtocolError when the node cannot be reached
 */
export async function enterAccount(
  core: Core,
  grant: PairingGrantBody,
  devicePrivateKey: Bytes,
  deviceKey: Bytes,
): Promise<void> {
  const verified = await verifyDeviceCertificate(grant.deviceCert);
  const id = identityIdOf(grant.identity);
  if (!equalBytes(verified.deviceKey, deviceKey) || !equalBytes(verified.identityId, id))
    throw new CryptoError("bad_pairing");
  const policy = await core.own.call("accounts.policy", {});
  if (policy.node !== grant.node) throw new CryptoError("bad_pairing");
  const answer = await openDeviceSession(core, {
    node: grant.node,
    deviceId: verified.hash,
    privateKey: devicePrivateKey,
    withVault: true,
  });
  if (answer.vault === undefined) throw new ProtocolError("unavailable");
  const vault = await openVault(grant.vaultKey, answer.vault.vault);
  if (
    !equalBytes(encodeCbor(vault.identity), encodeCbor(grant.identity)) ||
    !holdsItsKey(vault) ||
    vault.version !== answer.vault.version
  )
    throw new CryptoError("bad_vault");
  const me: Me = {
    name: grant.name,
    node: grant.node,
    identityId: id,
    id: toHex(id),
    profile: vault.profile,
    role: answer.role,
    identity: vault.identity,
    identityKey: vault.identityKey,
    device: {
      certificate: readDeviceCredential(grant.deviceCert),
      hash: verified.hash,
      privateKey: devicePrivateKey,
    },
    deviceHash: toHex(verified.hash),
    session: answer.session,
    boxId: answer.boxId,
    vaultKey: grant.vaultKey,
  };
  const wraps = readVaultWraps(answer.vault.vault);
  await core.store.transaction((tx) => {
    writeAccount(tx, me, { ways: { ways: vault.ways, wraps }, own: createOwnWay(), vault });
    // This device's own way is not in the vault yet.
    tx.run("UPDATE account SET vault_dirty = 1");
    keepBoxKeys(tx, vault, core.platform.clock.now());
    keepPlaces(tx, vault.spaces);
    keepRecovery(tx, vault);
    takeDevices(tx, core, vault);
    if (grant.vault !== undefined) {
      noteFloor(tx, grant.vault, grant.node);
      const here = grant.vault.node === grant.node ? grant.vault : undefined;
      // Its owner goes on with what there is, and is told.
      if (checkVaultFloor(tx, { version: vault.version, hash: vaultHash(vault) }, here))
        notice(tx, "vaultOld", grant.node, grant.node, core.platform.clock.now());
    }
    keepNodes(tx, vault.nodes, core.platform.clock.now());
    tx.afterCommit(() => core.setMe(me));
  });
}

/**
 * Cutting a device off.
 *
 * [Note: What a removal changes] The device knows everything that the account is: the identity's key, the vault's key, the
 * box keys. So all of them change: (1) the identity gets a new key, by signed succession, and a roll says which of the
 * devices certified before still count; (2) the vault is sealed under a new key, to every way and device but this one; (3)
 * there is a new box key. All of that goes to the node in one request, which ends the device's session in the same step:
 * there is no moment at which the new keys exist and it could fetch them. (4) In each space the roll is posted and a
 * commit takes the device's leaf out, with the steward's key that it knew; the hub takes its seat away.
 *
 * Each step is durable before the next begins, and another device of the account goes on with (4) should this one be lost.
 */
import {
  createBoxKey,
  createVaultKey,
  rotateIdentity,
  signRoll,
  verifyBoxKey,
} from "@baraza/crypto";
import type { Identity } from "@baraza/crypto";
import type { Bytes, Vault } from "@baraza/protocol";
import { fromHex, readAs, boxKeyRecord, LIMITS, toHex } from "@baraza/protocol";
import { rebase, swapVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { post, prepare, writeOutbox } from "../spaces/post.ts";
import { profilePayload } from "../spaces/profile.ts";
import { keepRejoinSecrets, rejoinSecrets, withNewSecret } from "../slots/keys.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { learnDevices } from "./device-list.ts";
import { clearSpaces, takeIdentity } from "./list.ts";

/** Puts a device to be removed. @throws EngineError `invalid` for this device, and for one that is not there */
export async function removeDevice(core: Core, deviceId: string): Promise<void> {
  if (deviceId === core.me().deviceHash) throw new EngineError("invalid");
  const { changes } = await core.store.transaction((tx) => {
    const gone = tx.run("UPDATE own_devices SET gone = 1 WHERE device = ? AND gone = 0", [
      deviceId,
    ]);
    if (gone.changes > 0) tx.run("INSERT OR IGNORE INTO removals (device) VALUES (?)", [deviceId]);
    return gone;
  });
  if (changes === 0) throw new EngineError("invalid", { data: { field: "deviceId" } });
  core.kick({ devices: true });
}

/** Goes on with what is to be removed. @returns when to look again, ms since 1970, or null */
export async function tendRemovals(core: Core): Promise<number | null> {
  const rows = await core.store.all<{ device: string; told: number }>(
    "SELECT device, told FROM removals ORDER BY device",
  );
  for (const { device, told } of rows) {
    if (told === 0) await cutOff(core, device);
  }
  if (rows.length === 0) return null;
  const left = await core.store.get<{ count: number }>(
    `SELECT count(*) AS count FROM intents JOIN spaces USING (log_id)
     WHERE intents.kind = 'cutOff' AND spaces.state = 'active'`,
  );
  if ((left?.count ?? 0) > 0) return core.platform.clock.now() + LOOK_AGAIN_MS;
  await core.store.run("DELETE FROM removals WHERE told = 1");
  return null;
}

const LOOK_AGAIN_MS = 2000;

/** Steps (1) to (3), and what (4) begins with. */
async function cutOff(core: Core, device: string): Promise<void> {
  // Whatever another device has changed meanwhile comes first: two rotations side by side would be two identities.
  await rebase(core);
  await learnDevices(core);
  let request: { roll: Bytes; boxKey: Bytes } | null = null;
  await swapVault(core, {
    vaultKey: createVaultKey(),
    ways: (ways) => ways.filter((way) => way.device === undefined || toHex(way.device) !== device),
    extra: async () => {
      const made = await rotation(core, device);
      request = { roll: made.roll, boxKey: made.boxKey };
      return { vault: made.vault, also: (tx) => begin(tx, core, device, made) };
    },
    send: async (vault, version) => {
      if (request === null) throw new EngineError("invalid");
      await core.own.call("devices.remove", {
        deviceId: fromHex(device),
        ...request,
        vault,
        version,
      });
    },
  });
  // How to reach this account, and its key as a steward, are others now.
  const spaces = await core.store.all<{ log_id: string }>(
    "SELECT log_id FROM spaces WHERE state = 'active'",
  );
  for (const { log_id } of spaces) {
    const space = await runtimeOf(core, log_id);
    if (space?.row.state === "active")
      await post(core, log_id, [
        { type: "space.profile", payload: await profilePayload(core, space.genesis.nonce) },
      ]);
  }
}

type Rotation = { identity: Identity; roll: Bytes; boxKey: Bytes; vault: Partial<Vault> };

/** The identity's next key with everything that hangs on it. */
async function rotation(core: Core, device: string): Promise<Rotation> {
  const me = core.me();
  const now = core.platform.clock.now();
  const identity = await rotateIdentity({ record: me.identity, privateKey: me.identityKey });
  const rows = await core.store.all<{ device: string }>(
    "SELECT device FROM own_devices WHERE gone = 0 AND device <> ?",
    [device],
  );
  const keep = new Set([me.deviceHash, ...rows.map((row) => row.device)]);
  const roll = await signRoll(identity, [...keep].map(fromHex));
  const keys = await core.store.all<{ record: Bytes; private_key: Bytes }>(
    "SELECT record, private_key FROM box_keys ORDER BY seq",
  );
  const newest = Math.max(
    0,
    ...keys.map((key) => readAs(boxKeyRecord, key.record, LIMITS.recordBytes).seq),
  );
  const made = await createBoxKey(identity, newest + 1, now);
  await verifyBoxKey(made.record, me.identityId, now);
  const boxKeys = [
    ...keys.map((key) => ({ record: key.record, privateKey: key.private_key })),
    { record: made.record, privateKey: made.privateKey },
  ];
  return {
    identity,
    roll,
    boxKey: made.record,
    vault: {
      identity: identity.record,
      identityKey: identity.privateKey,
      boxKeys,
      roll,
      rejoin: withNewSecret(await rejoinSecrets(core)),
    },
  };
}

/** The node has done its part: the new keys stand here too, and every space is told. */
function begin(tx: SqlTx, core: Core, device: string, made: Rotation): void {
  takeIdentity(tx, core, made.identity);
  tx.run("INSERT OR REPLACE INTO own_roll VALUES (1, ?)", [made.roll]);
  const [newest] = (made.vault.boxKeys ?? []).slice(-1);
  if (newest !== undefined) {
    const { id, seq, notAfter } = readAs(boxKeyRecord, newest.record, LIMITS.recordBytes);
    tx.run("INSERT OR IGNORE INTO box_keys VALUES (?, ?, ?, ?, ?)", [
      toHex(id),
      seq,
      newest.record,
      newest.privateKey,
      notAfter,
    ]);
  }
  const event = prepare(core, { type: "space.identity", payload: { roll: made.roll } });
  const spaces = tx.all<{ log_id: string }>("SELECT log_id FROM spaces WHERE state = 'active'");
  for (const { log_id } of spaces) writeOutbox(tx, core, log_id, event);
  clearSpaces(tx);
  keepRejoinSecrets(tx, made.vault);
  tx.run("UPDATE removals SET told = 1, total = ? WHERE device = ?", [spaces.length, device]);
  tx.afterCommit(() => {
    for (const { log_id } of spaces) core.kick({ space: log_id });
  });
}

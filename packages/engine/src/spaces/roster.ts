/** Who is in a space, who may do what: the checks that stand between a commit and the group. */
import type { Checks, Group, Member, ProposedChange, Ed25519KeyPair } from "@baraza/crypto";
import {
  contextExtension,
  ed25519FromSeed,
  hkdf,
  MlsRefused,
  readDeviceCredential,
  roster,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Bytes, DeviceCertificate } from "@baraza/protocol";
import { encodeCbor, equalBytes, toHex } from "@baraza/protocol";
import type { SqlTx } from "../ports.ts";
import { readContext } from "./events.ts";
import type { SpaceContext } from "./events.ts";

/** What a verified credential says of its device. */
export type Info = {
  identity: Bytes;
  id: string;
  device: string;
  deviceKey: Bytes;
  certificate: DeviceCertificate;
};

/** @throws MlsRefused `bad_credential` */
export async function infoOf(credential: Bytes, signatureKey: Bytes): Promise<Info> {
  const verified = await verifyDeviceCertificate(readDeviceCredential(credential));
  if (!equalBytes(verified.deviceKey, signatureKey)) throw new MlsRefused("bad_credential");
  return {
    identity: verified.identityId,
    id: toHex(verified.identityId),
    device: toHex(verified.hash),
    deviceKey: verified.deviceKey,
    certificate: verified.certificate,
  };
}

/** All devices in a group with what their certificates say. */
export async function rosterOf(group: Group): Promise<(Member & { info: Info })[]> {
  return Promise.all(
    roster(group).map(async (member) => ({
      ...member,
      info: await infoOf(member.credential, member.signatureKey),
    })),
  );
}

/** The stewards that the group context names. */
export function stewardsOf(group: Group): SpaceContext["stewards"] {
  return readContext(contextExtension(group)).stewards;
}

/** The key with which an identity signs as steward of one space; unlinkable to its keys elsewhere. */
export function stewardKeyOf(identityKey: Bytes, nonce: Bytes): Ed25519KeyPair {
  return ed25519FromSeed(hkdf(identityKey, nonce, "baraza/steward-key/1", 32));
}

/**
 * Who may change what:
 * - anybody adds devices: of newcomers (a member's invitation) or of identities that are in already;
 * - stewards remove anybody but the last steward, and change the group context;
 * - everybody removes devices of their own identity, and of those who asked to leave.
 * An external commit is refused: coming back goes through a member's device.
 * @param leaving identities (hexadecimal) that asked to be taken out
 */
export function checksFor(group: Group | null, leaving: ReadonlySet<string>): Checks<Info> {
  return {
    verifyCredential: infoOf,
    authorise: async (change) => authorise(change, group, leaving),
  };
}

async function authorise(
  change: ProposedChange<Info>,
  group: Group | null,
  leaving: ReadonlySet<string>,
): Promise<void> {
  if (change.kind === "welcome") return;
  if (change.kind !== "commit" || group === null) throw new MlsRefused("not_authorised");
  const { stewards } = readContext(change.contextExtension);
  const isSteward = (identity: Bytes) =>
    stewards.some((one) => equalBytes(one.identityId, identity));
  const steward = isSteward(change.sender.info.identity);
  const next = change.newContextExtension;
  if (next !== null && !equalBytes(next, change.contextExtension)) {
    if (!steward) throw new MlsRefused("not_authorised");
    readContext(next);
  }
  for (const removed of change.removed) {
    const { id, identity } = await infoOf(removed.credential, removed.signatureKey);
    const own = equalBytes(identity, change.sender.info.identity);
    if (!own && !steward && !leaving.has(id)) throw new MlsRefused("not_authorised");
  }
}

/** Rows of devices and members after a change of the group. */
export type RosterDiff = { joined: string[]; gone: string[] };

/**
 * Writes who is present. Names come later, by each device's own profile event.
 * @returns identities that came and went
 */
export function writeRoster(
  tx: SqlTx,
  logId: string,
  members: readonly { info: Info }[],
  stewards: SpaceContext["stewards"],
): RosterDiff {
  const before = new Set(
    tx
      .all<{ identity_id: string }>(
        "SELECT identity_id FROM members WHERE log_id = ? AND present = 1",
        [logId],
      )
      .map((row) => row.identity_id),
  );
  const devices = new Map<string, number>();
  for (const { info } of members) {
    devices.set(info.id, (devices.get(info.id) ?? 0) + 1);
    tx.run(
      "INSERT OR IGNORE INTO devices (log_id, device, identity_id, certificate, own_hash) VALUES (?, ?, ?, ?, ?)",
      [logId, info.device, info.id, encodeCbor(info.certificate), new Uint8Array(32)],
    );
  }
  const leads = new Map(stewards.map((one) => [toHex(one.identityId), one.key]));
  for (const [id, count] of devices) {
    const role = leads.has(id) ? "steward" : "member";
    tx.run(
      `INSERT INTO members (log_id, identity_id, name, address, role, devices, present)
       VALUES (?, ?, coalesce((SELECT name FROM people WHERE identity_id = ?2), ''), coalesce((SELECT address FROM people WHERE identity_id = ?2), ''), ?, ?, 1)
       ON CONFLICT (log_id, identity_id) DO UPDATE SET role = excluded.role, devices = excluded.devices,
         leaving = CASE WHEN present = 1 THEN leaving ELSE 0 END, present = 1`,
      [logId, id, role, count],
    );
  }
  const gone = [...before].filter((id) => !devices.has(id));
  for (const id of gone)
    tx.run(
      "UPDATE members SET present = 0, devices = 0, role = 'member' WHERE log_id = ? AND identity_id = ?",
      [logId, id],
    );
  return { joined: [...devices.keys()].filter((id) => !before.has(id)), gone };
}

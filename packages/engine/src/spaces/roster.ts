/** Who is in a space, who may do what: the checks that stand between a commit and the group. */
import type { Checks, Group, Member, ProposedChange, Ed25519KeyPair } from "@baraza/crypto";
import {
  contextExtension,
  continuesIdentity,
  decisionSigners,
  ed25519FromSeed,
  hkdf,
  MlsRefused,
  readDeviceCredential,
  roster,
  standsUnder,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Bytes, DecisionProof, DeviceCertificate } from "@baraza/protocol";
import { encodeCbor, equalBytes, majorityOf, mayTakeAlone, toHex } from "@baraza/protocol";
import type { Roll } from "../devices/rolls.ts";
import { keepsOrder, mayAdmit, mayCome, roleOf } from "../people/rules.ts";
import type { SqlTx } from "../ports.ts";
import { chainOf } from "../trust/see.ts";
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

/** The identity of a member's device as its certificate shows it, for `seeIdentities`. */
export function identityOf({ info }: { info: Info }): { id: string; chain: Bytes } {
  return { id: info.id, chain: chainOf(info.certificate.identity) };
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

/** What a commit is judged by beside the group: the log it stands in, and the stewards' decision that it brought along. */
export type Standing = {
  logId: Bytes;
  /** The stewards' keys of the genesis. */
  founders: readonly Bytes[];
  decision?: DecisionProof | undefined;
  /** The time that the commit's author gave, in milliseconds. */
  at?: number;
  devices?: DeviceRules;
};

/**
 * Who may change what:
 * - anybody adds devices: of newcomers (a member's invitation) or of identities that are in already; but guests and observers bring
 *   in nobody, where that is for those who keep order only they do, and who is banned does not come in;
 * - moderators remove whoever does not keep order, and change of the context what `mayModerate` allows;
 * - stewards remove anybody but the last steward, and change the group context; but an elder steward, or one of those with
 *   whom the space began, goes or loses the lead only by their own will or by a majority (see `mayTakeAlone`);
 * - everybody removes devices of their own identity, and of those who asked to leave.
 * - whoever is in already comes back by an external commit, with a certificate that is not older than those of their devices here.
 * - nobody brings in a device that its own identity has cut off; one that signs out may be taken out by anybody.
 * @param leaving identities (hexadecimal) that asked to be taken out
 */
export function checksFor(
  group: Group | null,
  leaving: ReadonlySet<string>,
  standing: Standing | null = null,
): Checks<Info> {
  return {
    verifyCredential: infoOf,
    authorise: async (change) => authorise(change, group, leaving, standing),
  };
}

/** What the log has said so far of members' devices: the same for all who stand at the same entry. */
export type DeviceRules = {
  rolls: ReadonlyMap<string, Roll>;
  leavingDevices: ReadonlySet<string>;
};

async function authorise(
  change: ProposedChange<Info>,
  group: Group | null,
  leaving: ReadonlySet<string>,
  standing: Standing | null,
): Promise<void> {
  if (change.kind === "welcome") return;
  if (change.kind === "rejoin") return mayReturn(change, change.members ?? []);
  for (const { info } of change.added) {
    const roll = standing?.devices?.rolls.get(info.id);
    if (roll !== undefined && !standsUnder(roll, info.certificate))
      throw new MlsRefused("not_authorised");
  }
  if (change.kind === "external" && group !== null)
    return mayReturn(change, await rosterOf(group), standing?.devices?.rolls);
  if (change.kind !== "commit" || group === null) throw new MlsRefused("not_authorised");
  const rules = readContext(change.contextExtension);
  const { stewards } = rules;
  const isSteward = (identity: Bytes) =>
    stewards.some((one) => equalBytes(one.identityId, identity));
  const steward = isSteward(change.sender.info.identity);
  const role = roleOf(rules, change.sender.info.id);
  const next = change.newContextExtension;
  let after = rules;
  if (next !== null && !equalBytes(next, change.contextExtension)) {
    after = readContext(next);
    if (!steward && role !== "moderator") throw new MlsRefused("not_authorised");
    if (!steward && !(await import("../people/moderate.ts")).mayModerate(rules, after))
      throw new MlsRefused("not_authorised");
  }
  const nextStewards = after.stewards;
  const come = change.added.map((one) => one.info.id);
  if (!mayCome(after, come)) throw new MlsRefused("not_authorised");
  if (!mayAdmit(rules, role) && !(await areIn(group, come))) throw new MlsRefused("not_authorised");
  const gone: Bytes[] = [];
  for (const removed of change.removed) {
    const { id, identity, device } = await infoOf(removed.credential, removed.signatureKey);
    const own = equalBytes(identity, change.sender.info.identity);
    const asked = leaving.has(id) || standing?.devices?.leavingDevices.has(device) === true;
    const orders = role === "moderator" && !keepsOrder(roleOf(rules, id));
    if (!own && !steward && !asked && !orders) throw new MlsRefused("not_authorised");
    if (!own && isSteward(identity) && !asked) gone.push(identity);
  }
  const out = gone.length === 0 ? new Set<string>() : await withoutDevice(change, group, gone);
  const taken = stewards.filter(
    (one) =>
      out.has(toHex(one.identityId)) ||
      !nextStewards.some(
        (other) => equalBytes(other.key, one.key) && equalBytes(other.identityId, one.identityId),
      ),
  );
  await mayTake(
    taken.filter((one) => !leaving.has(toHex(one.identityId))),
    stewards,
    nextStewards,
    change.sender.info.identity,
    standing,
  );
}

/** Whether all of these are in already. */
async function areIn(group: Group, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return true;
  const there = new Set((await rosterOf(group)).map((one) => one.info.id));
  return ids.every((id) => there.has(id));
}

/** Which of these identities have no device left after the change. */
async function withoutDevice(
  change: ProposedChange<Info>,
  group: Group,
  of: readonly Bytes[],
): Promise<Set<string>> {
  const removed = new Set(change.removed.map((one) => one.leaf));
  const left = new Set(change.added.map((one) => one.info.id));
  for (const member of roster(group))
    if (!removed.has(member.leaf))
      left.add((await infoOf(member.credential, member.signatureKey)).id);
  return new Set(of.map(toHex).filter((id) => !left.has(id)));
}

/** @throws MlsRefused `not_authorised` unless the sender may take these stewards' lead away, alone or by a decision. */
async function mayTake(
  taken: SpaceContext["stewards"],
  stewards: SpaceContext["stewards"],
  next: SpaceContext["stewards"],
  sender: Bytes,
  standing: Standing | null,
): Promise<void> {
  const own = stewards.find((one) => equalBytes(one.identityId, sender));
  const keys = stewards.map((one) => toHex(one.key));
  const signers = new Set(own === undefined ? [] : [toHex(own.key)]);
  const founders = new Set((standing?.founders ?? []).map(toHex));
  if (taken.every((one) => mayTakeAlone(keys, toHex(one.key), signers, founders))) return;
  const decision = standing?.decision;
  if (standing === null || decision === undefined) throw new MlsRefused("not_authorised");
  const { gen, id, record, sigs } = decision;
  const list = next.filter((one) => !taken.includes(one));
  const says =
    record.op === "stewards" &&
    record.until !== undefined &&
    (standing.at ?? 0) <= record.until &&
    record.stewards.length === list.length &&
    list.every((one, index) => equalBytes(one.key, record.stewards[index] ?? new Uint8Array()));
  const good = await decisionSigners(
    stewards.map((one) => one.key),
    { logId: standing.logId, gen, id, record },
    sigs,
  );
  if (!says || good.length < majorityOf(stewards.length)) throw new MlsRefused("not_authorised");
}

/**
 * Coming back: only for an identity that is in the group, and by a device that its present key certified or its roll names. What else an external
 * commit may hold, at most the removal of a leaf of the same identity, was checked before. @throws MlsRefused `not_authorised`
 */
function mayReturn(
  change: ProposedChange<Info>,
  members: readonly { info: Info }[],
  rolls: DeviceRules["rolls"] = new Map(),
): void {
  const { info } = change.sender;
  const own = members.filter((one) => one.info.id === info.id);
  // A roll says by name which of the older certificates still stand; it was asked before.
  const stands =
    rolls.has(info.id) ||
    own.every((one) => continuesIdentity(one.info.certificate.identity, info.certificate.identity));
  if (own.length === 0 || !stands) throw new MlsRefused("not_authorised");
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

/** Writing down that this device is in a space (again): let in by a welcome, or come back by the rejoin slot. */
import type { Group } from "@baraza/crypto";
import {
  decodeGroup,
  encodeGroup,
  epoch,
  genesisHead,
  standsUnder,
  verifyRoll,
} from "@baraza/crypto";
import type { Bytes, Genesis, Profile, Reply } from "@baraza/protocol";
import { encodeCbor, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { rollForVault } from "../devices/rolls.ts";
import { HANDOVER_TABLES } from "../handover/tables.ts";
import { noteHubLeads } from "../leading/reducer.ts";
import { packKeys } from "../leading/hub-list.ts";
import { LEADING_TABLES } from "../leading/tables.ts";
import { writeRules } from "../people/reducer.ts";
import { PEOPLE_DERIVED } from "../people/tables.ts";
import type { SqlTx } from "../ports.ts";
import { takeTree, writeTaken } from "../vanish/keys.ts";
import { VANISH_TABLES } from "../vanish/tables.ts";
import { writeOrganisation } from "./organisation.ts";
import type { ReadyEvent } from "./post.ts";
import { prepare, writeOutbox } from "./post.ts";
import type { rosterOf } from "./roster.ts";
import { stewardsOf, writeRoster } from "./roster.ts";
import { insertSpace } from "./rows.ts";
import type { SpaceRow } from "./runtime.ts";
import { forgetRuntime } from "./runtime.ts";
import { seatIdOfKey } from "./seat.ts";

/** Somebody of whom others told us, until they tell us themselves. */
export type Introduced = {
  identityId: Bytes;
  profile: Profile;
  stewardKey: Bytes;
  reply?: Reply | undefined;
};

export type Entrance = {
  logId: string;
  genesisBytes: Bytes;
  genesis: Genesis;
  hub: string;
  hubKey: Bytes;
  title: string;
  group: Group;
  members: Awaited<ReturnType<typeof rosterOf>>;
  contentKey: Bytes;
  seatPublicKey: Bytes;
  seatKey: Bytes;
  gen: number;
  /** The entry by which this device came in. */
  seq: number;
  /** Whether the log is read from its beginning, or from there on. */
  fromStart: boolean;
  /** Heads that the history must lead through, the one at `seq` among them where it is known. */
  heads: readonly { seq: number; head: Bytes }[];
  ring: readonly { epoch: number; key: Bytes }[];
  slotSecret: Bytes | null;
  people: readonly Introduced[];
  /** Who leads in the hub's eyes, for whoever does not read how that came. */
  leads?: readonly Bytes[] | undefined;
  /** This device's own introduction, to be posted first. */
  profile: ReadyEvent;
  /** What tells the others which devices of this person count, where one that was cut off still has its place. */
  clear: ReadyEvent | null;
};

/** Tables with what a device knows of one space. */
const FORMER = [
  "events",
  "entries",
  "epochs",
  "devices",
  "members",
  "outbox",
  "append_requests",
  "pending_commits",
  "intents",
  "activity",
  "notices",
  ...LEADING_TABLES,
  ...HANDOVER_TABLES,
  ...PEOPLE_DERIVED,
  "past_rules",
  ...VANISH_TABLES,
  "space_rolls",
  "device_leaves",
  "shown_ahead",
];

/** A space that this device is not in, or not any more: nothing of a former membership stays. */
export function enterNew(tx: SqlTx, core: Core, one: Entrance): void {
  const { logId, group } = one;
  for (const table of [...FORMER, ...core.tools.flatMap((tool) => tool.derived)])
    tx.run(`DELETE FROM ${table} WHERE log_id = ?`, [logId]);
  const taken = takeTree(group);
  const here = one.heads.find((head) => head.seq === one.seq)?.head;
  const fromStart = one.fromStart || here === undefined;
  insertSpace(tx, {
    logId,
    hub: one.hub,
    hubKey: one.hubKey,
    genesis: one.genesisBytes,
    kind: one.genesis.kind,
    history: one.genesis.history,
    title: one.title,
    created: core.platform.clock.now(),
    gen: fromStart ? 0 : one.gen,
    seq: fromStart ? 0 : one.seq,
    head: fromStart ? genesisHead(one.genesisBytes) : here,
    readFrom: one.seq,
    epoch: fromStart ? 0 : epoch(group),
    mls: encodeGroup(taken.group),
    seatId: seatIdOfKey(one.seatPublicKey),
    seatKey: one.seatKey,
    slotSecret: one.slotSecret,
  });
  for (const { epoch: number, key } of one.ring)
    tx.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", [logId, number, key]);
  for (const { seq, head } of one.heads)
    tx.run("INSERT OR REPLACE INTO entries (log_id, seq, head) VALUES (?, ?, ?)", [
      logId,
      seq,
      head,
    ]);
  tx.run("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", [logId, epoch(group), one.contentKey]);
  writeTaken(tx, logId, taken);
  writeRoster(tx, logId, one.members, stewardsOf(group));
  writeOrganisation(tx, logId, group);
  writeRules(tx, logId, group);
  for (const person of one.people) introduce(tx, logId, person);
  if (one.leads !== undefined) noteHubLeads(tx, logId, packKeys(one.leads));
  writeOutbox(tx, core, logId, one.profile);
  clearGhosts(tx, core, one);
  settled(tx, core, logId);
}

/** Devices that were cut off while this one was not in the space go now. */
function clearGhosts(tx: SqlTx, core: Core, { logId, clear }: Entrance): void {
  if (clear === null) return;
  writeOutbox(tx, core, logId, clear);
  tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'cutOff', ?)", [
    logId,
    encodeCbor({}),
  ]);
}

/** A stuck device is back: it keeps what it has, takes the new state, and reads again from where it could not follow. */
export function enterAgain(
  tx: SqlTx,
  core: Core,
  one: Entrance,
  from: { seq: number; head: Bytes; epoch: number },
): void {
  const { logId, group } = one;
  const taken = takeTree(group);
  writeTaken(tx, logId, taken);
  tx.run(
    `UPDATE spaces SET mls = ?, previous_mls = NULL, previous_seq = 0, seq = ?, head = ?, read_from = ?, epoch = ?, seat_id = ?, seat_key = ?,
       slot_secret = ?, slot_before = NULL, slot_good = 1, push_until = 0, trouble = NULL, trouble_identity = NULL WHERE log_id = ?`,
    [
      encodeGroup(taken.group),
      from.seq,
      from.head,
      one.seq,
      from.epoch,
      seatIdOfKey(one.seatPublicKey),
      one.seatKey,
      one.slotSecret,
      logId,
    ],
  );
  tx.run("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)", [logId, epoch(group), one.contentKey]);
  for (const { epoch: number, key } of one.ring)
    tx.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", [logId, number, key]);
  writeRoster(tx, logId, one.members, stewardsOf(group));
  writeOrganisation(tx, logId, group);
  writeRules(tx, logId, group);
  tx.run("DELETE FROM append_requests WHERE log_id = ?", [logId]);
  // Decisions are made anew from their intents.
  tx.run("DELETE FROM outbox WHERE log_id = ? AND type = 'space.steward'", [logId]);
  tx.run("UPDATE outbox SET request_id = NULL WHERE log_id = ?", [logId]);
  tx.run("DELETE FROM pending_commits WHERE log_id = ?", [logId]);
  settled(tx, core, logId);
}

/** Whoever is in asks no more, and the vault knows. */
function settled(tx: SqlTx, core: Core, logId: string): void {
  tx.run("DELETE FROM joins WHERE log_id = ?", [logId]);
  tx.run("DELETE FROM join_hosts WHERE log_id = ?", [logId]);
  tx.run("DELETE FROM rejoins WHERE log_id = ?", [logId]);
  tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  tx.afterCommit(() => forgetRuntime(core, logId));
}

/** What whoever let us in says of a member, until that member says it. */
function introduce(tx: SqlTx, logId: string, one: Introduced): void {
  tx.run(
    "UPDATE members SET name = ?, address = ?, steward_key = ?, reply = ? WHERE log_id = ? AND identity_id = ?",
    [
      one.profile.name,
      one.profile.address,
      one.stewardKey,
      one.reply === undefined ? null : encodeCbor(one.reply),
      logId,
      toHex(one.identityId),
    ],
  );
}

/** The account's roll, when a device of it that was cut off is still among the members. */
export async function rollToPost(
  core: Core,
  members: Entrance["members"],
): Promise<ReadyEvent | null> {
  const { roll } = await rollForVault(core);
  if (roll === undefined) return null;
  const verified = await verifyRoll(roll);
  const ghosts = members.some(
    ({ info }) => info.id === core.me().id && !standsUnder(verified, info.certificate),
  );
  return ghosts ? prepare(core, { type: "space.identity", payload: { roll } }) : null;
}

/** The position before the commit that could not be followed: what came after it can be opened now, where history allows. */
export async function resumeAt(
  core: Core,
  row: SpaceRow,
): Promise<{ seq: number; head: Bytes; epoch: number }> {
  const seq = row.previous_seq - 1;
  const before =
    seq < 1
      ? undefined
      : await core.store.get<{ head: Bytes }>(
          "SELECT head FROM entries WHERE log_id = ? AND seq = ?",
          [row.log_id, seq],
        );
  const group = row.mls === null ? null : await decodeGroup(row.mls);
  if (before === undefined || group === null)
    return { seq: row.seq, head: row.head, epoch: row.epoch };
  return { seq, head: before.head, epoch: epoch(group) };
}

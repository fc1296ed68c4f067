/** What a person can do to a space beside writing in it. */
import { contextExtension } from "@baraza/crypto";
import { fromHex, toHex } from "@baraza/protocol";
import { renewDevice } from "../account/renew.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { HANDOVER_TABLES } from "../handover/tables.ts";
import { LEADING_TABLES } from "../leading/tables.ts";
import { PEOPLE_AREA_TABLES } from "../people/tables.ts";
import { VANISH_TABLES } from "../vanish/tables.ts";
import { askForPlace } from "../letters/ask.ts";
import { keepsOrder, roleOf } from "../people/rules.ts";
import type { MemberRole } from "../people/rules.ts";
import { intend } from "./commit.ts";
import { readContext } from "./events.ts";
import { post } from "./post.ts";
import { stewardsOf } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { forgetRuntime, needSpace } from "./runtime.ts";
import { setTrouble } from "./sync.ts";

/** @throws EngineError `invalid`, `not_member` */
export async function rename(core: Core, spaceId: string, title: string): Promise<void> {
  const clean = title.normalize("NFC").trim();
  if (clean.length < 1 || clean.length > 200)
    throw new EngineError("invalid", { data: { field: "title" } });
  await post(core, spaceId, [{ type: "space.title", payload: { title: clean } }]);
}

/**
 * Takes somebody out. One who leads for longer than oneself goes by a majority: the others are asked.
 * @throws EngineError `not_steward`, `invalid` (oneself, a pair)
 */
export async function remove(core: Core, spaceId: string, identityId: string): Promise<void> {
  const space = await active(core, spaceId);
  const rules = space.group === null ? null : readContext(contextExtension(space.group));
  const orders = rules !== null && roleOf(rules, core.me().id) === "moderator";
  if (!orders || keepsOrder(roleOf(rules, identityId))) needSteward(core, space);
  if (identityId === core.me().id || space.row.kind === "pair") throw new EngineError("invalid");
  const { needsOthers, proposeAbout } = await import("../leading/lead.ts");
  if (needsOthers(core, space, identityId)) return proposeAbout(core, space, "remove", identityId);
  await intend(core, spaceId, "remove", { identityId: fromHex(identityId) });
}

/** @throws EngineError `not_steward`, `last_steward` */
export async function setRole(
  core: Core,
  spaceId: string,
  identityId: string,
  role: MemberRole,
  until?: number,
): Promise<void> {
  const space = await active(core, spaceId);
  const rules = space.group === null ? null : readContext(contextExtension(space.group));
  const mine = rules === null ? "member" : roleOf(rules, core.me().id);
  const quiets =
    rules !== null && mine === "moderator" && (role === "observer" || role === "member");
  if (quiets && !keepsOrder(roleOf(rules, identityId)))
    return intend(core, spaceId, "rules", { op: "role", identityId: fromHex(identityId), role });
  const stewards = needSteward(core, space);
  if (role !== "steward" && !stewards.includes(identityId))
    return intend(core, spaceId, "rules", {
      op: "role",
      identityId: fromHex(identityId),
      role,
      ...(until === undefined ? {} : { until }),
    });
  if (role !== "steward" && stewards.length === 1 && stewards[0] === identityId)
    throw new EngineError("last_steward");
  const { needsOthers, proposeAbout } = await import("../leading/lead.ts");
  if (role !== "steward" && needsOthers(core, space, identityId))
    return proposeAbout(core, space, "unlead", identityId);
  await intend(core, spaceId, "role", {
    identityId: fromHex(identityId),
    role: role === "steward" ? role : "member",
  });
  if (role !== "steward" && role !== "member")
    await intend(core, spaceId, "rules", {
      op: "role",
      identityId: fromHex(identityId),
      role,
      ...(until === undefined ? {} : { until }),
    });
}

/** Asks the others to take this account out. The last steward of a space with others in it names another one first. */
export async function leave(core: Core, spaceId: string): Promise<void> {
  const space = await active(core, spaceId);
  const me = core.me().id;
  const others = await core.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM members WHERE log_id = ? AND present = 1 AND identity_id <> ?",
    [spaceId, me],
  );
  if ((others?.count ?? 0) === 0) {
    await core.store.transaction((tx) => {
      tx.run("UPDATE spaces SET state = 'left' WHERE log_id = ?", [spaceId]);
      tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    });
    forgetRuntime(core, spaceId);
    core.kick({ vault: true });
    return;
  }
  const stewards = space.group === null ? [] : stewardIds(space);
  if (stewards.length === 1 && stewards[0] === me) throw new EngineError("last_steward");
  if (stewards.includes(me)) await (await import("../leading/lead.ts")).stepDown(core, space);
  await post(core, spaceId, [{ type: "space.leave", payload: {} }]);
}

/** Takes everything of a space that is over off this device. @throws EngineError `invalid` while one is in it */
export async function forget(core: Core, spaceId: string): Promise<void> {
  const space = await needSpace(core, spaceId);
  if (space.row.state === "active") throw new EngineError("invalid");
  const tables = [
    "spaces",
    "epochs",
    "entries",
    "events",
    "devices",
    "members",
    "outbox",
    "append_requests",
    "intents",
    "pending_commits",
    "activity",
    "read_positions",
    "notices",
    "cards",
    "places",
    "joins",
    "push_addresses",
    ...LEADING_TABLES,
    "space_organisations",
    "hand_overs",
    "space_rolls",
    "device_leaves",
    "shown_ahead",
    ...HANDOVER_TABLES,
    ...PEOPLE_AREA_TABLES,
    ...VANISH_TABLES,
  ];
  await core.store.transaction((tx) => {
    for (const table of [...tables, ...core.tools.flatMap((tool) => tool.derived)])
      tx.run(`DELETE FROM ${table} WHERE log_id = ?`, [spaceId]);
  });
  forgetRuntime(core, spaceId);
}

/** What the button of a trouble's notice does. */
export async function repair(core: Core, spaceId: string): Promise<void> {
  const space = await needSpace(core, spaceId);
  const { trouble } = space.row;
  // Whether the hub or the member who says so lies, no device can tell. Reading on finds out anew what the hub itself shows.
  if (
    trouble === "offender" ||
    trouble === "forked" ||
    trouble === "unconfirmed" ||
    trouble === "full"
  )
    await space.queue(() => setTrouble(core, space, null));
  else if (trouble === "stuck") await askForPlace(core, spaceId);
  else if (trouble === "cloned") await renewDevice(core);
  core.kick({ space: spaceId });
}

/** A space that this account leads. @throws EngineError `not_member`, `not_steward` */
export async function needStewardOf(core: Core, spaceId: string): Promise<SpaceRuntime> {
  const space = await active(core, spaceId);
  needSteward(core, space);
  return space;
}

async function active(core: Core, spaceId: string): Promise<SpaceRuntime> {
  const space = await needSpace(core, spaceId);
  if (space.row.state !== "active" || space.group === null) throw new EngineError("not_member");
  return space;
}

function stewardIds(space: SpaceRuntime): string[] {
  return space.group === null ? [] : stewardsOf(space.group).map((one) => toHex(one.identityId));
}

function needSteward(core: Core, space: SpaceRuntime): string[] {
  const stewards = stewardIds(space);
  if (!stewards.includes(core.me().id)) throw new EngineError("not_steward");
  return stewards;
}

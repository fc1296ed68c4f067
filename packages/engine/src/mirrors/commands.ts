/** Naming the nodes that keep a copy of a space, and looking at them. */
import type { Mirror, StewardRecord } from "@baraza/protocol";
import { encodeCbor, equalBytes, LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { stewardsOf } from "../spaces/roster.ts";
import { needSpace, runtimeOf } from "../spaces/runtime.ts";
import { lookAtMirrors } from "./look.ts";
import { choicesFor } from "./mirrors-queries.ts";

/** @throws EngineError `not_steward`, `invalid`; ProtocolError where a node cannot be reached */
export async function setMirrors(
  core: Core,
  spaceId: string,
  nodes: readonly string[],
): Promise<void> {
  const space = await needSpace(core, spaceId);
  if (space.row.state !== "active" || space.group === null) throw new EngineError("not_member");
  const { identityId } = core.me();
  if (!stewardsOf(space.group).some((one) => equalBytes(one.identityId, identityId)))
    throw new EngineError("not_steward");
  const rows = await core.store.all<Mirror>(
    "SELECT node, key FROM space_mirrors WHERE log_id = ?",
    [spaceId],
  );
  const choices = await choicesFor(core, spaceId);
  const good = nodes.every(
    (node) => choices.includes(node) || rows.some((row) => row.node === node),
  );
  if (!good || new Set(nodes).size < nodes.length || nodes.length > LIMITS.mirrors)
    throw new EngineError("invalid", { data: { field: "nodes" } });
  const mirrors: Mirror[] = [];
  for (const node of nodes)
    mirrors.push({
      node,
      key: rows.find((row) => row.node === node)?.key ?? (await core.remote.nodeKey(node)),
    });
  const record: StewardRecord = { op: "mirrors", mirrors };
  await core.store.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'steward', ?)", [
    spaceId,
    encodeCbor(record),
  ]);
  core.kick({ space: spaceId });
}

/** Looks at the copies in the space's queue. */
export async function lookNow(core: Core, spaceId: string): Promise<void> {
  const space = await needSpace(core, spaceId);
  await space.queue(async () => {
    if ((await runtimeOf(core, spaceId)) === space) await lookAtMirrors(core, space);
  });
}

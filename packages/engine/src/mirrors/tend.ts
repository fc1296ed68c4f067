/** What a device does for the copies of a space while its hub answers: opens the place at its own node, and looks now and then. */
import { ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { takeToken } from "../spaces/create.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { lookAtMirrors } from "./look.ts";
import type { MirrorRow } from "./rows.ts";
import { mirrorRows, noteState } from "./rows.ts";

/** The first look after a start is taken when the first screen has long been there. */
const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;
/** While something is missing: soon, since a copy is being filled perhaps, and then ever more seldom, to an hour. */
const missedMs = (missed: number) => Math.min(60 * 60_000, 1000 * 2 ** Math.min(missed, 12));

/** Call it inside the space's queue, after the hub has answered. */
export async function tendMirrors(core: Core, space: SpaceRuntime): Promise<void> {
  const { logId, copies } = space;
  const reading = await core.store.get(
    "SELECT 1 AS one FROM space_mirrors WHERE log_id = ? AND reading = 1",
    [logId],
  );
  if (reading !== undefined)
    await core.store.run("UPDATE space_mirrors SET reading = 0 WHERE log_id = ?", [logId]);
  const own = (await mirrorRows(core, space)).find((row) => row.node === core.me().node);
  if (own?.opened === 0) await openPlace(core, space, own);
  if (copies.due) {
    copies.due = false;
    const whole = await lookAtMirrors(core, space);
    copies.missed = whole ? 0 : copies.missed + 1;
    wait(core, space, whole ? EVERY_MS : missedMs(copies.missed));
  } else wait(core, space, FIRST_MS);
}

function wait(core: Core, space: SpaceRuntime, ms: number): void {
  if (space.copies.waits) return;
  space.copies.waits = true;
  core.platform.clock.setTimer(ms, () => {
    space.copies.due = true;
    space.copies.waits = false;
    core.kick({ space: space.logId });
  });
}

/** Any member whose node is to keep a copy opens the place for it; where another one has, that is all. */
async function openPlace(core: Core, space: SpaceRuntime, { node }: MirrorRow): Promise<void> {
  const { genesis, hub, hub_key: hubKey } = space.row;
  const asked = { genesis, hub, hubKey };
  try {
    try {
      await core.own.call("mirrors.open", asked);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== "not_found") throw error;
      await core.own.call("mirrors.open", { ...asked, token: await takeToken(core) });
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // Tried again with the next reading; where there is no room, that is said.
    if (error.code === "quota_exceeded") await noteState(core, space, node, "full");
    return;
  }
  await core.store.run("UPDATE space_mirrors SET opened = 1 WHERE log_id = ? AND node = ?", [
    space.logId,
    node,
  ]);
}

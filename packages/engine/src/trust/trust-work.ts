/** The background work on who is who: one's own entries, what others told, people to look up, and what other nodes saw. */
import { ProtocolError, remedyOf } from "@baraza/protocol";
import { noteFloor } from "../account/vault-floor.ts";
import type { Core } from "../core.ts";
import { judgeHeard, takeHead } from "./heads.ts";
import { checkOwnEntries } from "./own.ts";
import { checkPeople } from "./look-up.ts";

const HOUR_MS = 60 * 60_000;
/** Other nodes that are asked in one round what they saw of one's own. */
const WITNESSES = 3;
const checkedAt = new WeakMap<Core, { own: number; witnesses: number }>();

/**
 * One round. What fails for want of a line is tried again with the next one.
 * @returns when the next is due, ms since 1970
 */
export async function tendTrust(core: Core): Promise<number | null> {
  const now = core.platform.clock.now();
  const done = checkedAt.get(core) ?? { own: 0, witnesses: 0 };
  await judgeHeard(core);
  if ((await core.store.get("SELECT 1 AS one FROM floors_told")) !== undefined)
    await (
      await import("./told-floors.ts")
    ).takeToldFloors(core, (tx, seen) => noteFloor(tx, seen, core.me().node));
  const asked = await core.store.get("SELECT 1 AS one FROM own_entries WHERE checked = 0");
  if (asked !== undefined || done.own + HOUR_MS / 2 <= now) {
    await unlessOld(() => checkOwnEntries(core));
    done.own = now;
  }
  const next = await checkPeople(core);
  if (done.witnesses + 6 * HOUR_MS <= now) {
    await askWitnesses(core);
    done.witnesses = now;
  }
  checkedAt.set(core, done);
  return next;
}

/**
 * What other nodes saw of one's own: a device that knows nothing yet learns here that its node shows an older log, or
 * another one, than it showed before. The question goes through one's own node, sealed, so that it cannot choose the answer.
 */
async function askWitnesses(core: Core): Promise<void> {
  const { node } = core.me();
  const others = await core.store.all<{ name: string }>(
    "SELECT name FROM nodes WHERE name <> ? ORDER BY random() LIMIT ?",
    [node, WITNESSES],
  );
  for (const { name } of others) {
    try {
      const { head } = await core.remote.call(name, "keylog.head", { node });
      if (head.node === node) await takeHead(core, head);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}

/**
 * A node of before the key log knows no such route, and one that has ended the session or closed the account says no: nothing
 * can be said of it then, and asking again at once changes nothing.
 */
async function unlessOld(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (remedyOf(error.code) === "retry") throw error;
  }
}

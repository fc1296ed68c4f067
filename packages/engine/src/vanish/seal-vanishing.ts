/**
 * [Note: What disappears] An event that disappears is in the log as a `space.vanishing`: its type and payload are sealed once more, under the
 * key of the hour in which its time begins. These keys are made with each epoch and lie on the devices that are in it: no vault,
 * slot, ring or archive has them, a device that comes later never gets them, and each device destroys them by the hour. So what
 * the hub and its mirrors keep cannot be opened by anybody any more once the devices have let go of it.
 *
 * [Note: When it is over] A time begins when an event is sealed first, by the hub's signed clock as its author's device knows
 * it. A device that receives it works out how much of the time is left, by the same clock, never more than all of it,
 * and deletes it when that much has gone by on its own clock and on the hub's. So a clock that is wrong by days changes nothing, one that
 * jumps deletes nothing too early, and neither does a hub that lies later on; one that lies when something arrives
 * could as well have kept it back. A clock that is seen to have been set back says nothing about what came before: there the hub's counts alone.
 */
import { CryptoError, openVanishing, sealVanishing } from "@baraza/crypto";
import type { VanishNode } from "@baraza/crypto";
import type { Bytes, SealedEvent } from "@baraza/protocol";
import { decodeCbor, encodeCbor, fromHex, LIMITS, ProtocolError, readAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { Draft } from "../spaces/draft.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import type { OutboxRow } from "../spaces/seal.ts";
import { innerEvent, vanishingPayload } from "./sealed-events.ts";
import { treeOf } from "./keys.ts";
import type { Ends } from "./note.ts";
import { VANISHING } from "./tables.ts";

/** By how much the clock of a space's hub is ahead of this device's, ms; 0 where it was not heard yet. */
export function hubAhead(core: Core, hub: string): number {
  return core.clocks.get(hub) ?? 0;
}

/** The rows as they go into the log: what disappears is sealed once more. Its time begins now, unless it had begun. */
export async function sealRows(
  core: Core,
  space: SpaceRuntime,
  rows: readonly OutboxRow[],
): Promise<ReadonlyMap<string, OutboxRow>> {
  const ids = JSON.stringify(rows.map((row) => row.event_id));
  const found = await core.store.all<{ event_id: string; ms: number; from_at: number | null }>(
    "SELECT event_id, ms, from_at FROM vanishing WHERE event_id IN (SELECT value FROM json_each(?))",
    [ids],
  );
  const out = new Map<string, OutboxRow>();
  if (found.length === 0) return out;
  const tree = await treeOf(core.store, space.logId, space.row.epoch);
  const now = core.platform.clock.now();
  const ahead = hubAhead(core, space.row.hub);
  const begun: { eventId: string; from: number; ms: number }[] = [];
  for (const { event_id, ms, from_at } of found) {
    const row = rows.find((one) => one.event_id === event_id);
    if (row === undefined) continue;
    const from = from_at ?? Math.max(0, now + ahead);
    const inner = { type: row.type, version: row.type_version, payload: row.payload };
    const binding = {
      logId: space.id,
      epoch: space.row.epoch,
      eventId: fromHex(event_id),
      from,
      ms,
    };
    const sealed = await sealVanishing(tree, binding, encodeCbor(inner));
    const payload = encodeCbor({ ms, from, sealed });
    out.set(event_id, { ...row, type: VANISHING, type_version: 1, payload });
    if (from_at === null) begun.push({ eventId: event_id, from, ms });
  }
  if (begun.length > 0)
    await core.store.transaction((tx) => {
      for (const { eventId, from, ms } of begun)
        tx.run("UPDATE vanishing SET from_at = ?, ends_at = ?, ends_local = ? WHERE event_id = ?", [
          from,
          from + ms,
          now + ms,
          eventId,
        ]);
    });
  return out;
}

/**
 * What an event that disappears is, where it is not over and this device has its key.
 * @returns `event`: with the type and payload of what was sealed in it; null: there is nothing (any more)
 */
export async function openSealed(
  core: Core,
  draft: Draft,
  epoch: number,
  event: SealedEvent,
): Promise<{ event: SealedEvent; ends: Ends } | null> {
  const { space } = draft;
  try {
    const {
      ms: said,
      from,
      sealed,
    } = readAs(vanishingPayload, event.payload, LIMITS.commitBodyBytes);
    const now = core.platform.clock.now();
    const hubNow = now + hubAhead(core, space.row.hub);
    if (from + said <= hubNow) return null;
    let tree: readonly VanishNode[] | undefined = draft.vanish.get(epoch);
    tree ??= await treeOf(core.store, space.logId, epoch);
    const binding = { logId: space.id, epoch, eventId: event.eventId, from, ms: said };
    const plain = await openVanishing(tree, binding, sealed);
    const inner = readAs(innerEvent, plain, LIMITS.commitBodyBytes);
    if (inner.type.startsWith("space.")) return null;
    const ms = Math.min(said, longestOf(core, inner));
    const left = Math.min(ms, from + ms - hubNow);
    if (left <= 0) return null;
    const ends = { ms, from, endsAt: hubNow + left, endsLocal: now + left };
    const { type, version: typeVersion, payload } = inner;
    return { event: { ...event, type, typeVersion, payload }, ends };
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return null;
    throw error;
  }
}

/** How long such an event lives at most, whatever its author says. */
function longestOf(core: Core, { type, payload }: { type: string; payload: Bytes }): number {
  const tool = core.tools.find(({ name }) => type.startsWith(`${name}.`));
  return tool?.vanishes?.(type, decodeCbor(payload))?.most ?? Number.POSITIVE_INFINITY;
}

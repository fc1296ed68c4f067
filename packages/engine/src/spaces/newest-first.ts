/**
 * The newest page of a space's history, shown before the rest is read.
 *
 * [Note: Newest first] The log is read from its beginning, in order: only so can heads, epochs and each device's own chain be
 * checked. A person who has just come in wants to see what was said last. So the last page is fetched first and shown: what
 * is in it was opened under an epoch key that whoever let us in gave, and is signed by a device that is in the space, so
 * nobody can make any of it up. That nothing is missing between, and that each stands where the hub says, the reading in
 * order finds out; what it does not confirm is taken away again. Tools show the same whatever order events come in.
 */
import { contextExtension, CryptoError, openEntry, readHeader, verifyEvent } from "@baraza/crypto";
import type { StoredEntry } from "@baraza/protocol";
import { equalBytes, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { replayEvent } from "./apply.ts";
import type { EventRow } from "./apply.ts";
import { mayPost, roleOf } from "../people/rules.ts";
import { readContext } from "./events.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { checkedHead, reading } from "./sync.ts";

/** Entries in the page that is shown first. */
const PAGE = 80;

/** Whether there is so much before this device's time that the newest is shown first. */
export function isFarBehind({ row }: SpaceRuntime): boolean {
  return row.history === "all" && row.seq === 0 && row.read_from > PAGE;
}

/** Fetches and shows the newest page. Call it inside the space's queue. @throws ProtocolError when the hub cannot be reached */
export async function showNewest(core: Core, space: SpaceRuntime): Promise<void> {
  const after = space.row.read_from - PAGE;
  const page = await reading(core, space, (token) =>
    core.remote.call(space.row.hub, "logs.read", { logId: space.id, token, after, limit: PAGE }),
  );
  await checkedHead(space, page.head);
  const rows: EventRow[] = [];
  for (const entry of page.entries) {
    const row = await readAhead(space, entry);
    if (row !== null) rows.push(row);
  }
  await core.store.transaction((tx) => {
    for (const row of rows) {
      tx.run("INSERT OR IGNORE INTO shown_ahead VALUES (?, ?, ?)", [
        space.logId,
        row.event_id,
        row.seq,
      ]);
      replayEvent(tx, core, row);
    }
  });
}

/** What a tool said, opened and verified; null for anything else. */
async function readAhead(space: SpaceRuntime, entry: StoredEntry): Promise<EventRow | null> {
  try {
    const header = readHeader(entry.header);
    const contentKey = space.keys.get(header.epoch);
    if (header.kind !== "entry" || !equalBytes(header.logId, space.id) || contentKey === undefined)
      return null;
    const { event } = await openEntry({
      contentKey,
      headerBytes: entry.header,
      body: entry.body,
    });
    const device = space.devices.get(toHex(event.deviceCertHash));
    if (device === undefined || event.type.startsWith("space.")) return null;
    // By the rules of today: the reading in order judges by those of then.
    const rules = space.group && readContext(contextExtension(space.group));
    if (rules && !mayPost(roleOf(rules, device.identity), rules.announce === true, event.type))
      return null;
    const signed = await verifyEvent({
      logId: space.id,
      epoch: header.epoch,
      deviceKey: device.deviceKey,
      hash: event.deviceCertHash,
      event,
    });
    if (!signed) return null;
    return {
      log_id: space.logId,
      event_id: toHex(event.eventId),
      seq: entry.seq,
      author: device.identity,
      device: device.device,
      type: event.type,
      type_version: event.typeVersion,
      at: event.at,
      payload: event.payload,
    };
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return null;
    throw error;
  }
}

/**
 * Sending marks to one's other devices.
 *
 * [Note: How much a log grows] The log of one's own space keeps every entry for good. So marks wait a moment for more of their kind
 * (registers.ts), everything that waits goes in one entry, and what only follows one's reading and typing goes at most every
 * {@link GAP_MS}, and after {@link BUSY} entries on one day only every {@link LONG_GAP_MS}: {@link BUSY} + 144 entries of 2 KiB a day at the
 * very most, some dozens as people are. Who has one device sends nothing of the kind: it goes when there is a second one.
 */
import { otherPlaces } from "../../account/places.ts";
import { rebase } from "../../account/vault.ts";
import type { Core } from "../../core.ts";
import { EngineError } from "../../errors.ts";
import { post } from "../../spaces/post.ts";
import { MARKS_LIMITS } from "./events.ts";

const GAP_MS = 20_000;
const LONG_GAP_MS = 10 * 60_000;
const BUSY = 200;
const DAY_MS = 24 * 60 * 60_000;
/** How soon a device looks again whether it has been let into its owner's space, ms. */
const LOOK_MS = 5000;

/** What follows from reading and typing alone. */
const FOLLOWS = "('draft', 'read', 'unread')";

type Waiting = { kind: string; key: string; value: string | null; stamp: number; due: number };

/** Sends what is due. @returns when to look again (ms since 1970); null: when something is marked again, or a device comes */
export async function tendMarks(core: Core): Promise<number | null> {
  const { store, platform } = core;
  await findOwnSpace(core);
  for (;;) {
    const now = platform.clock.now();
    const several = await hasSeveralDevices(core);
    const waiting = await store.all<Waiting>(
      `SELECT kind, key, value, stamp, due FROM (
         SELECT kind, key, value, stamp, due FROM marks WHERE due IS NOT NULL
         UNION ALL SELECT kind, key, value, stamp, due FROM marks_drafts WHERE due IS NOT NULL)
       ${several ? "" : `WHERE kind NOT IN ${FOLLOWS}`} ORDER BY due LIMIT ${2 * MARKS_LIMITS.items}`,
    );
    const next = await whenDue(core, waiting, now);
    if (next === null || next > now) return next;
    let space: string;
    try {
      space = await (await import("../../spaces/own-space.ts")).ownSpace(core);
    } catch (error) {
      if (error instanceof EngineError && error.code === "busy") return now + LOOK_MS;
      throw error;
    }
    const items: { kind: string; key: string; value: object | null; stamp: number }[] = [];
    let size = 0;
    for (const { kind, key, value, stamp } of waiting) {
      size += (value?.length ?? 0) + key.length + 40;
      if (items.length > 0 && (size > MARKS_LIMITS.bytes || items.length === MARKS_LIMITS.items))
        break;
      items.push({
        kind,
        key,
        value: value === null ? null : (JSON.parse(value) as object),
        stamp,
      });
    }
    // The reducer notes them as sent, in the transaction that puts them into the outbox.
    await post(core, space, [{ type: "marks.set", payload: { items } }]);
    await giveUp(core, items);
    const follows = items.every(({ kind }) => FOLLOWS.includes(`'${kind}'`));
    await store.run(
      `INSERT INTO marks_flow (one, day, sent, last) VALUES (1, ?1, 1, ?2)
       ON CONFLICT (one) DO UPDATE SET sent = CASE WHEN day = ?1 THEN sent + 1 ELSE 1 END, day = ?1,
         last = CASE WHEN ?3 THEN ?2 ELSE last END`,
      [Math.floor(now / DAY_MS), follows ? now : 0, Number(follows)],
    );
  }
}

/** What no device would keep (see readMarks) is not offered again and again: it stays on this one until it is set anew. */
async function giveUp(
  { store }: Core,
  items: readonly { kind: string; key: string; stamp: number }[],
): Promise<void> {
  const left = items.map(({ kind, key, stamp }) => [kind, key, stamp]);
  await store.transaction((tx) => {
    for (const table of ["marks", "marks_drafts"])
      for (const one of left)
        tx.run(
          `UPDATE ${table} SET due = NULL, since = NULL WHERE kind = ? AND key = ? AND stamp = ? AND due IS NOT NULL`,
          one,
        );
  });
}

async function whenDue(
  core: Core,
  waiting: readonly Waiting[],
  now: number,
): Promise<number | null> {
  const [first] = waiting;
  if (first === undefined) return null;
  const urgent = waiting.find(({ kind }) => !FOLLOWS.includes(`'${kind}'`));
  const flow = await core.store.get<{ day: number; sent: number; last: number }>(
    "SELECT day, sent, last FROM marks_flow",
  );
  if (flow === undefined) return first.due;
  const busy = flow.day === Math.floor(now / DAY_MS) && flow.sent >= BUSY;
  // A clock that was put back does not hold anything up.
  const gap = flow.last > now ? 0 : flow.last + (busy ? LONG_GAP_MS : GAP_MS);
  return Math.min(urgent?.due ?? Number.MAX_SAFE_INTEGER, Math.max(first.due, gap));
}

/** Another device may have made the space since this one read the vault: there is to be one for all of them. */
async function findOwnSpace(core: Core): Promise<void> {
  const alone = await core.store.get(
    `SELECT 1 AS one FROM account WHERE EXISTS (SELECT 1 FROM spaces WHERE kind = 'personal' AND state = 'active')
       OR (SELECT count(*) FROM own_devices WHERE gone = 0) < 2`,
  );
  if (alone !== undefined || (await otherPlaces(core)).some(({ personal }) => personal === true))
    return;
  await rebase(core);
  core.kick({ places: true });
}

async function hasSeveralDevices(core: Core): Promise<boolean> {
  const row = await core.store.get<{ devices: number | null }>(
    `SELECT max(m.devices) AS devices FROM spaces s JOIN members m ON m.log_id = s.log_id AND m.identity_id = ?
     WHERE s.kind = 'personal' AND s.state = 'active'`,
    [core.me().id],
  );
  return (row?.devices ?? 0) > 1;
}

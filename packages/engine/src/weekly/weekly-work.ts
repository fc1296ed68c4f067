/** What a person chooses about the weekly letter. All of it is marks (tools/marks): their own devices have it, nobody else. */
import * as v from "valibot";
import type { Core } from "../core.ts";
import type { SqlStore } from "../ports.ts";
import { checkArguments, hexId, invalid } from "../tools/checks.ts";
import { MARKS_LIMITS } from "../tools/marks/events.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import { putMark } from "../tools/marks/registers.ts";
import type { WeeklyCommands, WeeklyLive, WeeklySettings } from "./api.ts";
import { lastDue, nextDue, USUAL } from "./due.ts";

type Arguments<K extends keyof WeeklyCommands> = Parameters<WeeklyCommands[K]>[0];

const whole = (most: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most)));
const setArguments = v.object({
  spaceIds: v.pipe(v.array(hexId(32)), v.maxLength(MARKS_LIMITS.weekly)),
  on: v.boolean(),
});
const whenArguments = v.object({ day: whole(6), hour: whole(23), on: v.optional(v.boolean()) });
const letterArguments = v.object({
  letterId: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/)),
});

/** When letters are made; `off`: none are, whatever was chosen. */
export async function whenOf(store: Pick<SqlStore, "get">): Promise<MarkValue<"weeklyWhen">> {
  const row = await store.get<{ value: string }>(
    "SELECT value FROM marks WHERE kind = 'weeklyWhen' AND key = 'when' AND value IS NOT NULL",
  );
  return row === undefined ? USUAL : (JSON.parse(row.value) as MarkValue<"weeklyWhen">);
}

/** @throws EngineError `invalid` */
export async function setSpaces(core: Core, args: Arguments<"weekly.set">): Promise<void> {
  const { spaceIds, on } = checkArguments(setArguments, args);
  const when = await whenOf(core.store);
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    for (const id of spaceIds) {
      const known = tx.get(
        "SELECT 1 AS one FROM marks WHERE kind = 'weekly' AND key = ? AND value IS NOT NULL",
        [id],
      );
      if ((known !== undefined) !== on) putMark(tx, "weekly", id, on ? { at: now } : null, now);
    }
    const count = tx.get<{ n: number }>(
      "SELECT count(*) AS n FROM marks WHERE kind = 'weekly' AND value IS NOT NULL",
    );
    if ((count?.n ?? 0) > MARKS_LIMITS.weekly) throw invalid("many");
    // Whoever chooses a conversation wants letters again.
    if (on && when.off === true)
      putMark(tx, "weeklyWhen", "when", { ...when, off: undefined }, now);
  });
}

/** @throws EngineError `invalid` */
export async function setWhen(core: Core, args: Arguments<"weekly.setWhen">): Promise<void> {
  const { day, hour, on } = checkArguments(whenArguments, args);
  const before = await whenOf(core.store);
  const off = on === undefined ? before.off === true : !on;
  const now = core.platform.clock.now();
  await core.store.transaction((tx) =>
    putMark(
      tx,
      "weeklyWhen",
      "when",
      { day: day ?? before.day, hour: hour ?? before.hour, ...(off ? { off } : {}) },
      now,
    ),
  );
}

export async function readLetter(core: Core, args: Arguments<"weekly.read">): Promise<void> {
  const { letterId } = checkArguments(letterArguments, args);
  await core.store.transaction((tx) => {
    const there = tx.get(
      "SELECT 1 AS one FROM marks WHERE kind = 'letter' AND key = ? AND value IS NOT NULL",
      [letterId],
    );
    if (there === undefined) return;
    putMark(tx, "letterRead", letterId, {}, core.platform.clock.now());
  });
}

/** What was chosen, and what else there is to choose from: what is suggested first, then by name. */
export async function settingsNow(core: Core): Promise<WeeklySettings> {
  const { store, platform } = core;
  const when = await whenOf(store);
  const rows = await store.all<{
    log_id: string;
    title: string;
    kind: "pair" | "group";
    chosen: number;
    suggested: number;
  }>(
    `SELECT s.log_id, s.title, s.kind, coalesce(r.announce, 0) AS suggested,
       EXISTS (SELECT 1 FROM marks k WHERE k.kind = 'weekly' AND k.key = s.log_id AND k.value IS NOT NULL) AS chosen
     FROM spaces s LEFT JOIN space_rules r ON r.log_id = s.log_id
     WHERE s.kind <> 'personal' AND s.state = 'active' ORDER BY suggested DESC, s.title COLLATE NOCASE, s.log_id LIMIT 1000`,
  );
  const on = when.off !== true && rows.some(({ chosen }) => chosen === 1);
  return {
    on,
    day: when.day,
    hour: when.hour,
    next: on ? nextDue(lastDue(platform.clock.now(), when)) : null,
    spaces: rows.map(({ log_id, title, kind, chosen, suggested }) => ({
      spaceId: log_id,
      title,
      kind,
      on: chosen === 1,
      suggested: suggested === 1,
    })),
  };
}

export async function settingsOf(
  core: Core,
  args: WeeklyLive["weekly.of"]["args"],
): Promise<WeeklyLive["weekly.of"]["value"]> {
  const { spaceId } = checkArguments(v.object({ spaceId: hexId(32) }), args);
  const { day, hour, off = false } = await whenOf(core.store);
  const chosen = await core.store.get(
    "SELECT 1 AS one FROM marks WHERE kind = 'weekly' AND key = ? AND value IS NOT NULL",
    [spaceId],
  );
  return { on: chosen !== undefined, off, day, hour };
}

/** What was chosen on this device. Apart from the rest, since every start reads it. */
import type { SqlStore } from "../ports.ts";
import type { NotificationSettings, NotifyLevel } from "./api.ts";

const DEFAULTS: NotificationSettings = {
  on: false,
  content: true,
  sound: true,
  quiet: null,
  asked: false,
};

export async function settingsOf(store: Pick<SqlStore, "get">): Promise<NotificationSettings> {
  const row = await store.get<{
    is_on: number;
    content: number;
    sound: number;
    quiet_from: number | null;
    quiet_to: number | null;
    asked: number;
  }>("SELECT * FROM notify_settings");
  if (row === undefined) return DEFAULTS;
  const { quiet_from: from, quiet_to: to } = row;
  return {
    on: row.is_on === 1,
    content: row.content === 1,
    sound: row.sound === 1,
    quiet: from === null || to === null ? null : { from, to },
    asked: row.asked === 1,
  };
}

export async function levelOf(store: Pick<SqlStore, "get">, spaceId: string): Promise<NotifyLevel> {
  const row = await store.get<{ level: NotifyLevel }>(
    "SELECT level FROM notify_levels WHERE log_id = ?",
    [spaceId],
  );
  return row?.level ?? "all";
}

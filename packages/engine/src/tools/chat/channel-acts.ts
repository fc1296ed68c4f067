/** What those who keep order do with channels, and what everybody sees of them. Loaded when it is used first. */
import { randomBytes } from "@baraza/crypto";
import { fromHex, toHex } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../../errors.ts";
import { keepsOrder } from "../../people/rules.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import { nameKey } from "../files/names.ts";
import type { ToolContext } from "../tool.ts";
import type { Channel, ChannelCommands, ChannelLive } from "./channel-api.ts";
import type { ChannelPayloads } from "./channels.ts";

type Args<K extends keyof ChannelCommands> = Parameters<ChannelCommands[K]>[0];

/** As in channels.ts, whose limits on what others send these are; and how many channels one makes, beside the first. */
const CHANNEL_LIMITS = { name: 60, purpose: 300, channels: 100, ordered: 400 } as const;
/** Control characters, and those that turn the direction of text around or are not seen; joiners stay: scripts need them. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

const spaceId = hexId(32);
const channelId = v.union([v.literal(""), hexId(16)]);
const oneLine = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed(), "text"),
    v.transform((value) => value.normalize("NFC").replace(UNSEEN, "").replace(/\s+/gu, " ").trim()),
    v.maxLength(most),
  );
const name = v.pipe(oneLine(CHANNEL_LIMITS.name), v.minLength(1));
const purpose = oneLine(CHANNEL_LIMITS.purpose);
const schemas = {
  make: v.object({ spaceId, name, purpose: v.optional(purpose) }),
  change: v.object({
    spaceId,
    channelId,
    name: v.optional(name),
    purpose: v.optional(purpose),
    archived: v.optional(v.boolean()),
  }),
  order: v.object({
    spaceId,
    channelIds: v.pipe(v.array(hexId(16)), v.maxLength(CHANNEL_LIMITS.ordered)),
  }),
};

type Row = { channel: string; name: string; purpose: string; archived: number };
const ROWS = `SELECT channel, name, purpose, archived FROM chat_channels WHERE log_id = ? ORDER BY place`;

/** @throws EngineError `invalid` (`name`: another one is called that; `many`), `not_steward` */
export async function makeChannel(
  context: ToolContext,
  args: Args<"chat.makeChannel">,
): ReturnType<ChannelCommands["chat.makeChannel"]> {
  const given = checkArguments(schemas.make, args);
  return context.once(`channels ${given.spaceId}`, async () => {
    await mustKeepOrder(context, given.spaceId);
    const rows = await context.all<Row>(ROWS, [given.spaceId]);
    if (rows.filter((one) => one.channel !== "").length >= CHANNEL_LIMITS.channels)
      throw invalid("many");
    freeName(rows, given.name, null);
    const id = randomBytes(16);
    await post(context, given.spaceId, {
      channel: id,
      name: given.name,
      ...(given.purpose === undefined || given.purpose === "" ? {} : { purpose: given.purpose }),
    });
    return { channelId: toHex(id) };
  });
}

/** @throws EngineError `invalid` with the field at fault, `not_steward` */
export async function changeChannel(
  context: ToolContext,
  args: Args<"chat.changeChannel">,
): Promise<void> {
  const { spaceId: space, channelId: id, ...given } = checkArguments(schemas.change, args);
  await context.once(`channels ${space}`, async () => {
    await mustKeepOrder(context, space);
    const rows = await context.all<Row>(ROWS, [space]);
    const row = rows.find(({ channel }) => channel === id);
    if (row === undefined && id !== "") throw invalid("channelId");
    if (id === "" && given.archived === true) throw invalid("archived");
    if (given.name !== undefined) freeName(rows, given.name, id);
    const change = {
      ...(given.name === undefined || given.name === row?.name ? {} : { name: given.name }),
      ...(given.purpose === undefined || given.purpose === (row?.purpose ?? "")
        ? {}
        : { purpose: given.purpose }),
      ...(given.archived === undefined || given.archived === (row?.archived === 1)
        ? {}
        : { archived: given.archived }),
    };
    if (Object.keys(change).length === 0) return;
    await post(context, space, { ...(id === "" ? {} : { channel: fromHex(id) }), ...change });
  });
}

/** @throws EngineError `invalid`, `not_steward` */
export async function orderChannels(
  context: ToolContext,
  args: Args<"chat.orderChannels">,
): Promise<void> {
  const { spaceId: space, channelIds } = checkArguments(schemas.order, args);
  await mustKeepOrder(context, space);
  await context.post(space, [
    {
      type: "chat.channelOrder",
      payload: { channels: [...new Set(channelIds)].map(fromHex) },
    },
  ]);
}

async function post(
  context: ToolContext,
  space: string,
  payload: ChannelPayloads["chat.channel"],
): Promise<void> {
  await context.post(space, [{ type: "chat.channel", payload }]);
}

async function mustKeepOrder(context: ToolContext, space: string): Promise<void> {
  const me = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [space, context.me()],
  );
  if (!keepsOrder(me?.role)) throw new EngineError("not_steward");
}

function freeName(rows: readonly Row[], wanted: string, own: string | null): void {
  const key = nameKey(wanted);
  if (rows.some((row) => row.channel !== own && row.archived === 0 && nameKey(row.name) === key))
    throw invalid("name");
}

/** Counts go by the index of each channel; ?1 the space. */
const UNREAD = (mention: string) => `(SELECT count(*) FROM (SELECT 1 FROM activity u
  WHERE u.log_id = c.log_id AND u.channel = c.channel AND u.mine = 0${mention} AND u.position > coalesce(
    (SELECT position FROM read_positions r WHERE r.log_id = c.log_id AND r.channel = c.channel), c.read_from) LIMIT 100))`;
const MARK = (kind: string, path: string) =>
  `(SELECT ${path} FROM ${kind === "draft" ? "marks_drafts" : "marks"} WHERE kind = '${kind}' AND value IS NOT NULL
     AND key = c.log_id || CASE c.channel WHEN '' THEN '' ELSE ':' || c.channel END)`;
const OF = (spaces: string) => `
SELECT c.log_id, c.channel, c.name, c.purpose, c.archived, ${UNREAD("")} AS unread, ${UNREAD(" AND u.mention = 1")} AS mentions,
  ${MARK("mute", "value ->> 'until'")} AS muted_until, ${MARK("unread", "1")} AS marked,
  ${MARK("draft", "substr(value ->> 'text', 1, 200)")} AS draft
FROM (
  SELECT s.log_id, '' AS channel, coalesce(f.name, '') AS name, coalesce(f.purpose, '') AS purpose, 0 AS archived, -1 AS place, s.read_from
  FROM spaces s LEFT JOIN chat_channels f ON f.log_id = s.log_id AND f.channel = '' WHERE ${spaces}
  UNION ALL
  SELECT s.log_id, o.channel, o.name, o.purpose, o.archived, o.place, s.read_from
  FROM spaces s JOIN chat_channels o ON o.log_id = s.log_id AND o.channel <> '' WHERE ${spaces}) c
ORDER BY c.log_id, c.place`;

type ChannelRow = {
  log_id: string;
  channel: string;
  name: string;
  purpose: string;
  archived: number;
  unread: number;
  mentions: number;
  muted_until: number | null;
  marked: number | null;
  draft: string | null;
};

function channelOfRow(row: ChannelRow): Channel {
  return {
    channelId: row.channel,
    name: row.name,
    purpose: row.purpose,
    archived: row.archived === 1,
    unread: row.unread,
    mentions: row.mentions,
    mutedUntil: row.muted_until ?? 0,
    markedUnread: row.marked === 1,
    draft: row.draft === null || row.draft.trim() === "" ? null : row.draft.replace(/\s+/gu, " "),
  };
}

/** The channels of a space. */
export async function channels(
  context: Pick<ToolContext, "all">,
  args: ChannelLive["chat.channels"]["args"],
): Promise<Channel[]> {
  const { spaceId: space } = checkArguments(v.object({ spaceId }), args);
  const rows = await context.all<ChannelRow>(OF("s.log_id = ?1"), [space]);
  return rows.map(channelOfRow);
}

/** Those of all spaces that have several, by the space. */
export async function channelsEverywhere(
  store: Pick<ToolContext, "all">,
): Promise<Map<string, Channel[]>> {
  const rows = await store.all<ChannelRow>(
    OF("s.log_id IN (SELECT log_id FROM chat_channels WHERE channel <> '')"),
  );
  const found = new Map<string, Channel[]>();
  for (const row of rows) {
    const here = found.get(row.log_id);
    if (here) here.push(channelOfRow(row));
    else found.set(row.log_id, [channelOfRow(row)]);
  }
  return found;
}

/** Where a message stands. */
export async function channelOf(
  context: ToolContext,
  args: ChannelLive["chat.channelOf"]["args"],
): Promise<string | null> {
  const { spaceId: space, eventId } = checkArguments(
    v.object({ spaceId, eventId: hexId(16) }),
    args,
  );
  const row = await context.get<{ channel: string }>(
    "SELECT channel FROM chat_messages WHERE log_id = ? AND event_id = ?",
    [space, eventId],
  );
  return row?.channel ?? null;
}

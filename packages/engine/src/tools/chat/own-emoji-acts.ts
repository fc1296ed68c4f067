/** What those who keep order do with a space's own emoji, and what everybody sees of them. Loaded when it is used first. */
import { randomBytes } from "@baraza/crypto";
import { fromHex, toHex } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import { EngineError } from "../../errors.ts";
import { pictureType } from "../../people/picture-type.ts";
import { keepsOrder } from "../../people/rules.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { OwnEmojiCommands, OwnEmojiLive } from "./own-emoji-api.ts";
import { OWN_EMOJI_LIMITS } from "./own-emoji.ts";
import type { OwnEmojiPayloads } from "./own-emoji.ts";
import { isSignName, signName } from "./own-sign.ts";

type Args<K extends keyof OwnEmojiCommands> = Parameters<OwnEmojiCommands[K]>[0];
type Answer<K extends keyof OwnEmojiCommands> = ReturnType<OwnEmojiCommands[K]>;

const spaceId = hexId(32);
const emojiId = hexId(16);
const name = v.pipe(v.string(), v.maxLength(200), v.transform(signName), v.check(isSignName));
const picture = v.custom<Uint8Array<ArrayBuffer>>(
  (value) =>
    value instanceof Uint8Array &&
    value.length <= OWN_EMOJI_LIMITS.bytes &&
    pictureType(value as Uint8Array<ArrayBuffer>, OWN_EMOJI_LIMITS.edge) !== null,
  "picture",
);

type Row = { emoji: string; name: string; former: string; picture_id: string };
const ROWS =
  "SELECT emoji, name, former, picture_id FROM chat_emojis WHERE log_id = ? ORDER BY place";

export async function addEmoji(
  context: ToolContext,
  args: Args<"chat.addEmoji">,
): Answer<"chat.addEmoji"> {
  const given = checkArguments(v.object({ spaceId, name, picture }), args);
  return context.once(`emoji ${given.spaceId}`, async () => {
    await mustKeepOrder(context, given.spaceId);
    const rows = await context.all<Row>(ROWS, [given.spaceId]);
    if (rows.length >= OWN_EMOJI_LIMITS.many) throw invalid("many");
    if (rows.some((row) => row.name === given.name)) throw invalid("taken");
    const emoji = randomBytes(16);
    await post(context, given.spaceId, { emoji, name: given.name, picture: given.picture });
    return { emojiId: toHex(emoji) };
  });
}

export async function renameEmoji(
  context: ToolContext,
  args: Args<"chat.renameEmoji">,
): Answer<"chat.renameEmoji"> {
  const given = checkArguments(v.object({ spaceId, emojiId, name }), args);
  await context.once(`emoji ${given.spaceId}`, async () => {
    const rows = await rowsWith(context, given);
    const row = rows.find(({ emoji }) => emoji === given.emojiId);
    if (row?.name === given.name) return;
    if (rows.some((one) => one.name === given.name)) throw invalid("taken");
    await post(context, given.spaceId, { emoji: fromHex(given.emojiId), name: given.name });
  });
}

export async function removeEmoji(
  context: ToolContext,
  args: Args<"chat.removeEmoji">,
): Answer<"chat.removeEmoji"> {
  const given = checkArguments(
    v.object({ spaceId, emojiId, back: v.optional(v.boolean(), false) }),
    args,
  );
  if (given.back) await mustKeepOrder(context, given.spaceId);
  else await rowsWith(context, given);
  await post(context, given.spaceId, { emoji: fromHex(given.emojiId), gone: !given.back });
}

/** A picture, looked at once more: whoever sent it may have sent anything. */
export async function emojiPicture(
  context: ToolContext,
  args: Args<"chat.emojiPicture">,
): Answer<"chat.emojiPicture"> {
  const given = checkArguments(v.object({ spaceId, pictureId: hexId(16) }), args);
  const row = await context.get<{ picture: Bytes | null }>(
    "SELECT picture FROM chat_emoji_acts WHERE log_id = ? AND event_id = ?",
    [given.spaceId, given.pictureId],
  );
  if (row === undefined || row.picture === null) return null;
  const type = pictureType(row.picture, OWN_EMOJI_LIMITS.edge);
  return type === null ? null : { type, bytes: row.picture };
}

export async function ownEmoji(
  context: ToolContext,
  args: OwnEmojiLive["chat.ownEmoji"]["args"],
): Promise<OwnEmojiLive["chat.ownEmoji"]["value"]> {
  const given = checkArguments(v.object({ spaceId }), args);
  const rows = await context.all<Row>(ROWS, [given.spaceId]);
  return rows.map((row) => ({
    emojiId: row.emoji,
    name: row.name,
    former: JSON.parse(row.former) as string[],
    pictureId: row.picture_id,
  }));
}

async function rowsWith(
  context: ToolContext,
  given: { spaceId: string; emojiId: string },
): Promise<Row[]> {
  await mustKeepOrder(context, given.spaceId);
  const rows = await context.all<Row>(ROWS, [given.spaceId]);
  if (!rows.some(({ emoji }) => emoji === given.emojiId)) throw invalid("emojiId");
  return rows;
}

async function post(
  context: ToolContext,
  space: string,
  payload: OwnEmojiPayloads["chat.ownEmoji"],
): Promise<void> {
  await context.post(space, [{ type: "chat.ownEmoji", payload }]);
}

async function mustKeepOrder(context: ToolContext, space: string): Promise<void> {
  const me = await context.get<{ role: string }>(
    "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
    [space, context.me()],
  );
  if (!keepsOrder(me?.role)) throw new EngineError("not_steward");
}

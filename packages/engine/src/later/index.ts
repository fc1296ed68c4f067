/** Messages that are sent later: the commands and the query. How they go stands in send-later.ts. */
import type { Core } from "../core.ts";
import type { LaterCommands, LaterLive } from "./api.ts";

const work = () => import("./send-later.ts");

export function laterCommands(core: Core): LaterCommands {
  return {
    "later.add": async (args) => (await work()).addLater(core, args),
    "later.change": async (args) => (await work()).changeLater(core, args),
    "later.sendNow": async (args) => (await work()).sendNow(core, args),
    "later.remove": async (args) => (await work()).removeLater(core, args),
  };
}

/** What waits in a conversation, the next first. */
export async function listLater(
  { store }: Core,
  { spaceId, channel = "" }: LaterLive["later.list"]["args"],
): Promise<LaterLive["later.list"]["value"]> {
  const rows = await store.all<{
    id: string;
    at: number;
    text: string;
    reply_to: string | null;
    failed: string | null;
  }>(
    "SELECT id, at, text, reply_to, failed FROM later WHERE log_id = ? AND channel = ? ORDER BY at, made",
    [spaceId, channel],
  );
  return rows.map(({ id, at, text, reply_to, failed }) => ({
    id,
    at,
    text,
    replyTo: reply_to,
    failed: failed !== null,
  }));
}

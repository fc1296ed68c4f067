/** What there is to say of threads on screens. Loaded with the first thread that one sees. */
import type { ToolContext } from "../tool.ts";
import type { ThreadSummary } from "./api.ts";

/** One's last word on following a thread; as in threads.ts, which is loaded at first and is not taken apart for this. */
const SAID =
  "SELECT is_on FROM chat_follows WHERE space = ? AND root = ? ORDER BY position DESC LIMIT 1";

const REPLIERS = `
  SELECT r.thread, r.author, COALESCE(a.name, p.name, '') AS name, count(*) AS count, max(r.position) AS last, max(r.at) AS at,
    max(r.mine) AS mine, max(r.mentions_me) AS named
  FROM chat_messages r
  LEFT JOIN members a ON a.log_id = r.log_id AND a.identity_id = r.author
  LEFT JOIN people p ON p.identity_id = r.author
  WHERE r.log_id = ? AND r.thread IN (SELECT value FROM json_each(?)) AND r.deleted = 0
  GROUP BY r.thread, r.author`;
const UNREAD = `
  SELECT count(*) AS count FROM chat_messages u WHERE u.log_id = ? AND u.thread = ? AND u.position > ? AND u.mine = 0 AND u.deleted = 0`;
const READS = `
  SELECT t.root, t.position FROM chat_thread_reads t WHERE t.log_id = ? AND t.root IN (SELECT value FROM json_each(?))`;
/** The last people who wrote in a thread, for their pictures. */
const FACES = 3;

/** What there is to say of the threads of some messages, by the message's id; those without a thread are left out. */
export async function threadsOf(
  context: Pick<ToolContext, "all" | "get">,
  spaceId: string,
  roots: readonly { eventId: string; mine: boolean }[],
): Promise<Map<string, ThreadSummary>> {
  const ids = JSON.stringify(roots.map(({ eventId }) => eventId));
  const found = new Map<string, ThreadSummary>();
  const repliers = await context.all<{
    thread: string;
    author: string;
    name: string;
    count: number;
    last: number;
    at: number;
    mine: number;
    named: number;
  }>(REPLIERS, [spaceId, ids]);
  if (repliers.length === 0) return found;
  const reads = await context.all<{ root: string; position: number }>(READS, [spaceId, ids]);
  for (const root of roots) {
    const here = repliers.filter(({ thread }) => thread === root.eventId);
    if (here.length === 0) continue;
    const latest = here.toSorted((a, b) => b.last - a.last);
    const said = await context.get<{ is_on: number }>(SAID, [spaceId, root.eventId]);
    const following =
      said === undefined
        ? root.mine || here.some(({ mine, named }) => mine === 1 || named === 1)
        : said.is_on === 1;
    // What stands before one's own last words has been read.
    const own = here.find(({ mine }) => mine === 1)?.last ?? 0;
    const read = Math.max(reads.find((one) => one.root === root.eventId)?.position ?? 0, own);
    const unread = following
      ? await context.get<{ count: number }>(UNREAD, [spaceId, root.eventId, read])
      : undefined;
    found.set(root.eventId, {
      count: here.reduce((sum, { count }) => sum + count, 0),
      at: Math.max(...here.map(({ at }) => at)),
      people: latest.slice(0, FACES).map(({ author, name }) => ({ id: author, name })),
      unread: unread?.count ?? 0,
      following,
    });
  }
  return found;
}

/** Whether one follows a thread, also one in which nobody has written yet. */
export async function isFollowing(
  context: Pick<ToolContext, "get">,
  spaceId: string,
  root: { eventId: string; mine: boolean },
): Promise<boolean> {
  const said = await context.get<{ is_on: number }>(SAID, [spaceId, root.eventId]);
  if (said !== undefined) return said.is_on === 1;
  if (root.mine) return true;
  const wrote = await context.get(
    "SELECT 1 AS one FROM chat_messages WHERE log_id = ? AND thread = ? AND (mine = 1 OR mentions_me = 1) LIMIT 1",
    [spaceId, root.eventId],
  );
  return wrote !== undefined;
}

/** Reactions as screens show them. Loaded with the first that one sees. */
import type { ToolContext } from "../tool.ts";
import type { Reaction } from "./api.ts";

type ReactionRow = { target: string; emoji: string; author: string; is_on: number; name: string };

const REACTIONS = `
  SELECT r.target, r.emoji, r.author, r.is_on, COALESCE(a.name, p.name, '') AS name
  FROM chat_reactions r
  LEFT JOIN members a ON a.log_id = r.log_id AND a.identity_id = r.author
  LEFT JOIN people p ON p.identity_id = r.author
  WHERE r.log_id = ? AND r.target IN (SELECT value FROM json_each(?)) ORDER BY r.target, r.position`;

/** Different reactions that one message shows; whoever floods it with more is not heard. */
const MOST_REACTIONS = 200;

/** Reactions of some messages: emoji in the order of their first use, names in the order of each one's first. */
export async function reactionsOf(
  context: ToolContext,
  spaceId: string,
  targets: readonly string[],
): Promise<Map<string, Reaction[]>> {
  const me = context.me();
  const byTarget = new Map<string, Map<string, Map<string, ReactionRow>>>();
  for (const row of await context.all<ReactionRow>(REACTIONS, [spaceId, JSON.stringify(targets)])) {
    const byEmoji = entry(byTarget, row.target, () => new Map<string, Map<string, ReactionRow>>());
    const byAuthor = entry(byEmoji, row.emoji, () => new Map<string, ReactionRow>());
    byAuthor.set(row.author, row);
  }
  const found = new Map<string, Reaction[]>();
  for (const [target, byEmoji] of byTarget) {
    const reactions: Reaction[] = [];
    for (const [emoji, byAuthor] of byEmoji) {
      const on = [...byAuthor.values()].filter(({ is_on }) => is_on === 1);
      const mine = on.some(({ author }) => author === me);
      if (on.length === 0 || (reactions.length >= MOST_REACTIONS && !mine)) continue;
      reactions.push({
        emoji,
        count: on.length,
        mine,
        names: on.map(({ name }) => name),
      });
    }
    found.set(target, reactions);
  }
  return found;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

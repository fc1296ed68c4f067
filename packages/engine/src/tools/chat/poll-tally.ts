/** What polls have come to, for screens. Loaded with the first poll that one sees. */
import type { ToolContext } from "../tool.ts";
import type { Poll } from "./api.ts";
import { POLL_LIMITS } from "./polls.ts";

export type PollRow = {
  author: string;
  choices: readonly string[];
  several: boolean;
  open: boolean;
  closesAt: number | null;
};
export type PollAct = {
  eventId: string;
  kind: "vote" | "option" | "end";
  author: string;
  steward: boolean;
  at: number;
  body: string;
};

/**
 * What a poll has come to. See [Note: Counting] in polls.ts.
 * @param acts in the order of the log
 * @returns its choices with the people who chose them, in the order of their votes; how many people voted
 */
export function tallyOf(
  asked: PollRow,
  acts: readonly PollAct[],
): { ended: boolean; voters: number; choices: { id: string; text: string; by: string[] }[] } {
  const choices = asked.choices.map((words, index) => ({
    id: String(index),
    text: words,
    by: [] as string[],
  }));
  const votes = new Map<string, string[]>();
  let ended = false;
  for (const act of acts) {
    if (act.kind === "end") ended = act.steward || act.author === asked.author;
    if (ended) break;
    if (act.kind === "end" || (asked.closesAt !== null && act.at > asked.closesAt)) continue;
    if (act.kind === "vote") {
      votes.delete(act.author);
      votes.set(act.author, parsed(act.body));
    } else if (
      (asked.open || act.author === asked.author) &&
      act.body !== "" &&
      choices.length < POLL_LIMITS.added &&
      choices.every(({ text: words }) => words !== act.body)
    )
      choices.push({ id: act.eventId, text: act.body, by: [] });
  }
  let voters = 0;
  for (const [author, chosen] of votes) {
    const found = choices.filter(({ id }) => chosen.includes(id));
    const counted = asked.several ? found : found.slice(0, 1);
    for (const one of counted) one.by.push(author);
    if (counted.length > 0) voters++;
  }
  return { ended, voters, choices };
}

function parsed(body: string): string[] {
  // A deleted poll's votes are blank.
  return body === "" ? [] : (JSON.parse(body) as string[]);
}

const POLLS = `
  SELECT k.event_id, k.author, k.choices, k.several, k.hidden, k.open, k.closes_at FROM chat_polls k
  WHERE k.log_id = ? AND k.event_id IN (SELECT value FROM json_each(?))`;
const ACTS = `
  SELECT k.target, k.event_id, k.kind, k.author, k.steward, k.at, k.body, COALESCE(a.name, p.name, '') AS name
  FROM chat_poll_acts k
  LEFT JOIN members a ON a.log_id = k.log_id AND a.identity_id = k.author
  LEFT JOIN people p ON p.identity_id = k.author
  WHERE k.log_id = ? AND k.target IN (SELECT value FROM json_each(?)) ORDER BY k.target, k.position, k.event_id`;

/** The polls among some messages, by the message's id. Who chose what is left out where screens do not show it. */
export async function pollsOf(
  context: Pick<ToolContext, "all" | "me">,
  spaceId: string,
  ids: readonly string[],
): Promise<Map<string, Poll>> {
  const found = new Map<string, Poll>();
  if (ids.length === 0) return found;
  const [polls, acts] = await Promise.all([
    context.all<{
      event_id: string;
      author: string;
      choices: string;
      several: number;
      hidden: number;
      open: number;
      closes_at: number | null;
    }>(POLLS, [spaceId, JSON.stringify(ids)]),
    context.all<{
      target: string;
      event_id: string;
      kind: PollAct["kind"];
      author: string;
      steward: number;
      at: number;
      body: string;
      name: string;
    }>(ACTS, [spaceId, JSON.stringify(ids)]),
  ]);
  const names = new Map(acts.map(({ author, name }) => [author, name]));
  const me = context.me();
  for (const row of polls) {
    const asked: PollRow = {
      author: row.author,
      choices: JSON.parse(row.choices) as string[],
      several: row.several === 1,
      open: row.open === 1,
      closesAt: row.closes_at,
    };
    const { ended, voters, choices } = tallyOf(
      asked,
      acts
        .filter(({ target }) => target === row.event_id)
        .map((act) => ({ ...act, eventId: act.event_id, steward: act.steward === 1 })),
    );
    found.set(row.event_id, {
      several: asked.several,
      hidden: row.hidden === 1,
      open: asked.open || row.author === me,
      closesAt: row.closes_at,
      ended,
      voters,
      choices: choices.map(({ id, text: words, by }) => ({
        id,
        text: words,
        count: by.length,
        mine: by.includes(me),
        names: row.hidden === 1 ? [] : by.map((author) => names.get(author) ?? ""),
      })),
    });
  }
  return found;
}

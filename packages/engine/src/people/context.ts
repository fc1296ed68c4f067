/** What the rules of a group's context mean for keys and for reading. */
import type { Group } from "@baraza/crypto";
import { contextExtension } from "@baraza/crypto";
import type { Bytes, Genesis, SealedEvent } from "@baraza/protocol";
import { equalBytes, ProtocolError, readAs, toHex } from "@baraza/protocol";
import type { Draft } from "../spaces/draft.ts";
import type { SpaceContext } from "../spaces/events.ts";
import { readContext, SPACE_EVENTS } from "../spaces/events.ts";
import { entryOf, hasFresh, hasRules, mayPost, roleOf } from "./rules.ts";

const contextOf = (group: Group): SpaceContext => readContext(contextExtension(group));

/** Whether the rejoin slot holds the keys of the past: not where newcomers read none of it, nor while a guest knows its secret. */
export function givesHistory(genesis: Genesis, group: Group): boolean {
  return genesis.history === "all" && !hasFresh(contextOf(group));
}

/** Whether somebody who is let in is given what was before. */
export function seesPast(genesis: Genesis, group: Group | null, identityId: Bytes): boolean {
  if (genesis.history !== "all") return false;
  return group === null || entryOf(contextOf(group), toHex(identityId))?.fresh !== true;
}

/** The context that a commit leads to, where its event has to say it: for those who come later and cannot follow it. */
export function contextToTell(before: Group, after: Group): Bytes | undefined {
  const [was, is] = [contextExtension(before), contextExtension(after)];
  if (equalBytes(was, is)) return undefined;
  return hasRules(readContext(was)) || hasRules(readContext(is)) ? is : undefined;
}

/** A commit of the time before one's own: what it says of the context that it leads to holds for what comes after it. */
export function noteContext(draft: Draft, seq: number, event: SealedEvent | null): void {
  const context = event === null ? undefined : toldBy(event);
  if (context === undefined) return;
  draft.past = readContext(context);
  draft.writes.push((tx) => {
    tx.run("INSERT OR REPLACE INTO past_rules VALUES (?, ?, ?)", [draft.space.logId, seq, context]);
  });
}

function toldBy(event: SealedEvent): Bytes | undefined {
  if (event.type !== "space.commit") return undefined;
  try {
    const { context } = readAs(
      SPACE_EVENTS[event.type].schema,
      event.payload,
      event.payload.length,
    );
    if (context !== undefined) readContext(context);
    return context;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Whether an event counts at its place in the log, by the role that its author had there. */
export function countsAt(draft: Draft, seq: number, author: string, type: string): boolean {
  const before = seq <= draft.row.read_from;
  const rules = before ? draft.past : draft.group === null ? null : contextOf(draft.group);
  return rules === null || mayPost(roleOf(rules, author), rules.announce === true, type);
}

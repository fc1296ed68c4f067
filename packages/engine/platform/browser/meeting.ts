/**
 * How tabs and the engine's worker find each other.
 *
 * [Note: One leader] Every tab waits for the leader's Web Lock. Who gets it starts the one dedicated worker, in which engine
 * and store run, and talks to it over a MessagePort. The worker announces itself on a BroadcastChannel; every other tab answers
 * with a hello and the two then talk over a BroadcastChannel whose random name only they use, past the leader's tab.
 *
 * [Note: Lifelines] Tabs and workers die without a word. Each therefore holds a Web Lock under its own id for as long as it
 * lives, and whoever depends on it asks for the same lock: being given it means that the other is dead. That needs no
 * heartbeat, which a browser would slow down in background tabs.
 */
import * as v from "valibot";

const id = v.pipe(v.string(), v.uuid());

/** On the meeting channel, which all tabs hear. */
export const MeetingSchema = v.variant("t", [
  v.object({ t: v.literal("leading"), leader: id }),
  v.object({ t: v.literal("failed"), leader: id, code: v.string() }),
  /** The lock has closed: every tab forgets what it holds, and begins anew. */
  v.object({ t: v.literal("shut"), leader: id }),
  v.object({ t: v.literal("hello"), tab: id }),
  v.object({ t: v.literal("welcome"), leader: id, tab: id }),
]);

export type Meeting = v.InferOutput<typeof MeetingSchema>;

/** From the leader's tab to its new worker, with one end of a MessageChannel. */
export const StartSchema = v.object({ start: v.pipe(v.string(), v.maxLength(100)) });

/** From the worker to its tab. */
export const StartedSchema = v.variant("t", [
  v.object({ t: v.literal("started"), leader: id }),
  v.object({ t: v.literal("failed"), leader: id, code: v.string() }),
  v.object({ t: v.literal("shut"), leader: id }),
]);

export type Started = v.InferOutput<typeof StartedSchema>;

export function leaderLock(name: string): string {
  return `baraza/${name}/leader`;
}

export function lifeline(name: string, who: string): string {
  return `baraza/${name}/life/${who}`;
}

export function meetingChannel(name: string): string {
  return `baraza/${name}/meeting`;
}

/** The channel of one tab with one worker. */
export function privateChannel(name: string, leader: string, tab: string): string {
  return `baraza/${name}/${leader}/${tab}`;
}

/** One's own messages that are not sent yet, such as those that wait for their files, as lines of the conversation; and what became of a recording that was cut off. */
import type { Outgoing } from "@baraza/engine";
import { recall, remember } from "../memory.ts";
import type { MessageRow, PersonRow } from "../model.ts";

/** A waiting message as a line behind all others. */
export function outgoingRow(one: Outgoing, me: PersonRow | undefined): MessageRow {
  return {
    ...unsentRow(`outgoing-${one.id}`, me),
    position: Number.MAX_SAFE_INTEGER,
    text: one.text,
    at: one.at,
    inThread: one.thread,
    media: one.media,
    outgoing: one.id,
  };
}

/** A message of one's own that nobody has done anything to, not even sent it. */
export function unsentRow(eventId: string, me: PersonRow | undefined): MessageRow {
  return {
    eventId,
    position: 0,
    authorId: me?.identityId ?? "",
    authorName: me?.name ?? "",
    mine: true,
    text: "",
    at: 0,
    editedAt: null,
    deleted: false,
    deletedBy: null,
    replyTo: null,
    forwarded: null,
    inThread: null,
    thread: null,
    poll: null,
    media: null,
    pinned: false,
    reactions: [],
    state: "waiting",
    mentionsMe: false,
    everyone: false,
    needsNewerApp: false,
    notice: null,
  };
}

/** What {@link recordingWasLost} looks at: the mark outlives a tab that dies, the lock does not. */
export const RECORDING = "recording";
export const RECORDING_LOCK = "baraza.recording";

/** Whether a voice note was being recorded when its tab ended. Says so once. */
export async function recordingWasLost(): Promise<boolean> {
  if (recall(RECORDING) === undefined) return false;
  const { locks } = navigator as { locks?: LockManager };
  const { held = [] } = (await locks?.query()) ?? {};
  if (held.some(({ name }) => name === RECORDING_LOCK)) return false;
  remember(RECORDING, undefined);
  return true;
}

/**
 * One's own messages stand in the conversation with the key press that sends them. The engine writes them a moment later, and its
 * answer, which has the same id, takes their place.
 */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { MessageRow, PersonRow } from "../model.ts";
import { newId } from "../new-id.ts";
import { unsentRow } from "./outgoing.ts";

/** What is sent, as the composer gives it. */
export interface Sent {
  readonly text: string;
  readonly replyTo?: string;
}

export interface Echo {
  /** The engine's messages, and after them those that it does not have yet. */
  readonly messages: readonly MessageRow[];
  /** Puts one there. @returns the id that it is to be sent with */
  add(sent: Sent): string;
  /** It could not be sent. */
  drop(eventId: string): void;
}

/** Positions behind all others, those of what waits to be sent included. */
const AFTER_ALL = 2 ** 52;

/** `held`: what the engine has answered; undefined while nothing is there. */
export function useEcho(
  held: readonly MessageRow[] | undefined,
  people: readonly PersonRow[] | undefined,
): Echo {
  const [own, setOwn] = useState<readonly MessageRow[]>([]);
  const messages = useMemo(() => {
    if (own.length === 0 || held === undefined) return held ?? [];
    const there = new Set(held.map(({ eventId }) => eventId));
    const missing = own.filter(({ eventId }) => !there.has(eventId));
    return missing.length === 0
      ? held
      : [...held, ...missing.map((one, i) => ({ ...one, position: AFTER_ALL + i }))];
  }, [held, own]);
  // What has come is let go of: should it disappear from the conversation, it does not stand there again.
  useEffect(() => {
    const there = new Set(held?.map(({ eventId }) => eventId));
    setOwn((before) =>
      before.some(({ eventId }) => there.has(eventId))
        ? before.filter(({ eventId }) => !there.has(eventId))
        : before,
    );
  }, [held]);
  return {
    messages,
    add(sent) {
      const eventId = newId();
      const row = rowOf(eventId, sent, held ?? [], people ?? []);
      setOwn((before) => [...before, row]);
      return eventId;
    },
    drop: (eventId) => setOwn((before) => before.filter((one) => one.eventId !== eventId)),
  };
}

function rowOf(
  eventId: string,
  { text, replyTo }: Sent,
  held: readonly MessageRow[],
  people: readonly PersonRow[],
): MessageRow {
  const answered = held.find((one) => one.eventId === replyTo);
  return {
    ...unsentRow(
      eventId,
      people.find(({ you }) => you),
    ),
    // As the engine keeps it.
    text: text.normalize("NFC").trim(),
    at: Date.now(),
    replyTo:
      answered === undefined
        ? null
        : {
            eventId: answered.eventId,
            authorName: answered.authorName,
            text: answered.text,
            deleted: answered.deleted,
          },
  };
}

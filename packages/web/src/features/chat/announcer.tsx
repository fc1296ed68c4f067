import { useEffect, useRef, useState } from "preact/hooks";
import type { MessageRow } from "../../app/model.ts";
import { LiveRegion } from "../../ui/hidden.tsx";
import { arrived, readOut } from "./said.ts";

/** The last ones that were read, wherever: what stands in a thread and in its conversation is read once. */
const read = new Set<string>();
const KEPT = 100;

/** Reads out what others write while the conversation is open; not what was there before, nor older pages. */
export function Announcer({ messages }: { messages: readonly MessageRow[] }) {
  const [said, setSaid] = useState({ text: "", turn: 0 });
  const known = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    const came = arrived(known.current, messages).filter(({ eventId }) => !read.has(eventId));
    known.current = new Set(messages.map(({ eventId }) => eventId));
    if (came.length === 0) return;
    for (const { eventId } of came) read.add(eventId);
    for (const eventId of [...read].slice(0, -KEPT)) read.delete(eventId);
    setSaid(({ turn }) => ({ text: readOut(came), turn: turn + 1 }));
  }, [messages]);
  return <LiveRegion {...said} />;
}

/**
 * Messages that wait on this device until their files are at the hub.
 *
 * [Note: Once its files are there] A message is written down with the ids that its files will have, then the files are noted one by one,
 * then it is marked `ready`. It is posted when each of its files is in the log or on the way into it, behind them; the reducer takes it off
 * this list in the transaction that posts it. So whatever is cut off, it is said once or still waits. What a crash left without all of its
 * files was never acknowledged: it is taken back with them when the app starts.
 */
import { fromHex } from "@baraza/protocol";
import { EngineError } from "../../errors.ts";
import type { SqlTx } from "../../ports.ts";
import type { FilesWork } from "../files/work-port.ts";
import type { ChatPayloads } from "./events.ts";
import { mediaPayload } from "./media.ts";
import type { MessageMedia } from "./media-api.ts";

/** A waiting message as its row has it; ids are hexadecimal. */
export type Body = {
  text: string;
  replyTo: string | null;
  mentions: string[];
  thread: string | null;
  also: boolean;
  forwarded: string | null;
  media: MessageMedia;
  /** Empty, or none: the first. */
  channel?: string;
  everyone?: boolean;
  /** Its one file can be opened once: see once.ts. */
  once?: boolean;
};

/** A message as it is posted. */
export function messagePayload(body: Body): ChatPayloads["chat.message"] {
  return {
    text: body.text,
    ...(body.replyTo === null ? {} : { replyTo: fromHex(body.replyTo) }),
    ...(body.mentions.length === 0 ? {} : { mentions: body.mentions.map(fromHex) }),
    ...(body.thread === null ? {} : { thread: fromHex(body.thread) }),
    ...(body.thread !== null && body.also ? { also: true } : {}),
    ...(body.forwarded === null ? {} : { forwarded: body.forwarded }),
    ...(body.channel === undefined || body.channel === ""
      ? {}
      : { channel: fromHex(body.channel) }),
    ...(body.everyone === true ? { everyone: true } : {}),
    ...mediaPayload(body.media),
  };
}

const READY = `
  SELECT o.id, o.log_id, o.body FROM chat_outgoing o JOIN spaces s ON s.log_id = o.log_id AND s.state = 'active'
  WHERE o.ready = 1 AND NOT EXISTS (
    SELECT 1 FROM chat_outgoing_files f WHERE f.id = o.id AND NOT EXISTS (
      SELECT 1 FROM files_nodes n WHERE n.log_id = f.log_id AND n.file_id = f.file_id))
  ORDER BY o.at, o.id LIMIT 100`;

/** Posts what has all of its files. One at a time: two that look at once would post the same. */
export function createPostReady(work: Pick<FilesWork, "core" | "post">): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    const rows = await work.core.store.all<{ id: string; log_id: string; body: string }>(READY);
    for (const row of rows) {
      const payload = messagePayload(JSON.parse(row.body) as Body);
      try {
        await work.post(row.log_id, [{ type: "chat.message", payload, eventId: row.id }]);
      } catch (error) {
        // One was removed meanwhile: it stays where it can be seen and taken back.
        if (!(error instanceof EngineError)) throw error;
      }
    }
  };
  return () => {
    const mine = turn.then(run);
    turn = mine.catch(() => undefined);
    return mine;
  };
}

/** Takes back what a crash left without all of its files. See [Note: Once its files are there]. */
export function dropUnfinished(tx: SqlTx): void {
  tx.run(
    `DELETE FROM files_uploads WHERE state <> 'done' AND (log_id, file_id) IN (
       SELECT f.log_id, f.file_id FROM chat_outgoing_files f JOIN chat_outgoing o ON o.id = f.id WHERE o.ready = 0)`,
  );
  tx.run(
    "DELETE FROM chat_outgoing_files WHERE id IN (SELECT id FROM chat_outgoing WHERE ready = 0)",
  );
  tx.run("DELETE FROM chat_outgoing WHERE ready = 0");
}

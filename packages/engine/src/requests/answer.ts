/** What a person does about somebody who wrote to them. */
import type { NodeReport } from "@baraza/protocol";
import { encodeJoinFragment, fromHex, LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { ask, fetchCard } from "../letters/ask.ts";
import { putMark } from "../tools/marks/registers.ts";
import type { ReportWish } from "./api.ts";
import { sendReport } from "./node-reports.ts";
import { checkWriter } from "./tend-requests.ts";

export type Waiting = {
  name: string;
  address: string;
  words: string;
  from: string;
  node: string;
  secret: string;
  letterId: string;
};

/** @throws EngineError `invalid` where nobody of that id waits */
async function waiting(core: Core, identityId: string): Promise<Waiting> {
  const row = await core.store.get<{ value: string }>(
    "SELECT value FROM marks WHERE kind = 'request' AND key = ? AND value ->> 'words' IS NOT NULL",
    [identityId],
  );
  if (row === undefined) throw new EngineError("invalid", { data: { field: "identityId" } });
  return JSON.parse(row.value) as Waiting;
}

/** See api.ts. */
export async function accept(core: Core, identityId: string): Promise<{ spaceId: string }> {
  const one = await waiting(core, identityId);
  const record = await checkWriter(core, identityId);
  if (record === "wrong") throw new EngineError("unverified");
  if (record === "open") throw new EngineError("offline");
  const fragment = encodeJoinFragment({
    node: one.node,
    secret: fromHex(one.secret),
    inviter: fromHex(identityId),
    invitation: null,
  });
  // A stranger's letter leads into a conversation of two, and nowhere else.
  const { card } = await fetchCard(core, fragment);
  if (card.kind !== "pair") throw new EngineError("link_mismatch");
  let spaceId: string;
  try {
    ({ spaceId } = await ask(core, fragment, { stranger: true, pair: true }));
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "already_member") throw error;
    spaceId = String(error.data["spaceId"]);
  }
  await settle(core, identityId);
  return { spaceId };
}

/** See api.ts. */
export async function remove(core: Core, identityId: string): Promise<void> {
  await settle(core, identityId);
}

/** Takes it off the list, on all devices; which letter it was stays, so that it does not come again. */
export async function settle(core: Core, identityId: string): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const row = tx.get<{ letter_id: string }>(
      "SELECT value ->> 'letterId' AS letter_id FROM marks WHERE kind = 'request' AND key = ? AND value ->> 'words' IS NOT NULL",
      [identityId],
    );
    if (row !== undefined) putMark(tx, "request", identityId, { gone: row.letter_id }, now);
    tx.run("DELETE FROM request_checks WHERE identity_id = ?", [identityId]);
  });
}

/** What somebody said in a conversation, as far as a report has room for it. @throws EngineError `invalid` where they said no such thing */
async function saidBy(
  core: Core,
  identityId: string,
  { spaceId, eventId }: { spaceId: string; eventId: string },
): Promise<Pick<Waiting, "address" | "from" | "words">> {
  const row = await core.store.get<{ text: string; address: string }>(
    `SELECT c.text, m.address FROM chat_messages c JOIN members m ON m.log_id = c.log_id AND m.identity_id = c.author
     WHERE c.log_id = ? AND c.event_id = ? AND c.author = ? AND c.deleted = 0`,
    [spaceId, eventId, identityId],
  );
  if (row === undefined || identityId === core.me().id)
    throw new EngineError("invalid", { data: { field: "message" } });
  const { address, text } = row;
  const words = text.slice(0, LIMITS.requestWords);
  return {
    address,
    from: address.slice(address.lastIndexOf("@") + 1),
    words: words.isWellFormed() ? words : words.slice(0, -1),
  };
}

/** See api.ts. */
export async function report(core: Core, wish: ReportWish): Promise<void> {
  const note = wish.note.normalize("NFC").trim();
  if (note.length > 1000) throw new EngineError("invalid", { data: { field: "note" } });
  const one = await (wish.message
    ? saidBy(core, wish.identityId, wish.message)
    : waiting(core, wish.identityId));
  const content: NodeReport = {
    address: one.address,
    from: one.from,
    identityId: fromHex(wish.identityId),
    note,
    ...(wish.words ? { words: one.words } : {}),
  };
  await sendReport(core, content);
}

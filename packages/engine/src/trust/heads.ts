/** Judging heads of key logs: the newest of each node is kept, and whatever does not fit is kept as a proof. */
import { headsContradict, headsFit, readKeyLogHead, verifyKeyLogHead } from "@baraza/crypto";
import type { Bytes, KeyLogHead } from "@baraza/protocol";
import { encodeCbor, ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { headsToTell, notice } from "./see.ts";
import { post } from "../spaces/post.ts";

/** `fits`: kept, or older than what is kept. `lied`: a proof was kept and the person is told. */
export type HeadVerdict = "fits" | "lied";

/** The newest head that is kept of a node. */
export async function keptHead(core: Core, node: string): Promise<KeyLogHead | null> {
  const row = await core.store.get<{ head: Bytes }>(
    "SELECT head FROM key_log_heads WHERE node = ?",
    [node],
  );
  return row === undefined ? null : readKeyLogHead(row.head);
}

/**
 * Takes in a head that a node signed, from itself or from somebody who had it. `proof`: that it continues what is kept,
 * where the answer brought one. `fresh`: the node has just said that this is its newest.
 * @throws ProtocolError bad_signature when the node did not sign it; others when the node cannot be asked now
 */
export async function takeHead(
  core: Core,
  head: KeyLogHead,
  options: { proof?: Bytes | undefined; fresh?: boolean } = {},
): Promise<HeadVerdict> {
  const { node } = head;
  if (!(await verifyKeyLogHead(await core.remote.nodeKey(node), head)))
    throw new ProtocolError("bad_signature");
  const kept = await keptHead(core, node);
  if (kept === null) {
    await keep(core, head);
    return "fits";
  }
  const [first, second] = kept.size <= head.size ? [kept, head] : [head, kept];
  if (headsContradict(first, second)) return accuse(core, first, second, "nodeTwoFaces");
  if (first.size === second.size) {
    if (head.time > kept.time) await keep(core, head);
    return "fits";
  }
  if (options.fresh === true && head.size < kept.size && head.time > kept.time)
    return accuse(core, kept, head, "nodeForgot");
  const given = head.size > kept.size ? options.proof : undefined;
  const proof = given ?? (await proofOf(core, first, second));
  if (proof === null) return accuse(core, first, second, "nodeForgot");
  if (!headsFit(first, second, proof)) return accuse(core, first, second, "nodeTwoFaces");
  await keep(core, second);
  return "fits";
}

/** Asks the node how its log came from one head to the other. Null: it does not know the longer one, which it signed. */
async function proofOf(core: Core, first: KeyLogHead, second: KeyLogHead): Promise<Bytes | null> {
  try {
    const range = { from: first.size, to: second.size };
    return (await core.remote.call(first.node, "keylog.consistency", range)).proof;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "malformed") return null;
    throw error;
  }
}

async function keep(core: Core, head: KeyLogHead): Promise<void> {
  await core.store.run("INSERT OR REPLACE INTO key_log_heads VALUES (?, ?, ?, ?)", [
    head.node,
    head.size,
    encodeCbor(head),
    core.platform.clock.now(),
  ]);
}

async function accuse(
  core: Core,
  first: KeyLogHead,
  second: KeyLogHead,
  kind: "nodeTwoFaces" | "nodeForgot",
): Promise<"lied"> {
  const at = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const { changes } = tx.run("INSERT OR IGNORE INTO key_log_proofs VALUES (?, ?, ?, ?)", [
      first.node,
      encodeCbor(first),
      encodeCbor(second),
      at,
    ]);
    if (changes > 0) notice(tx, kind, first.node, first.node, at);
  });
  return "lied";
}

/** Judges what others told. Whoever was shown something else hears of it from us in the same space. */
export async function judgeHeard(core: Core): Promise<void> {
  const rows = await core.store.all<{ id: number; log_id: string; head: Bytes; tries: number }>(
    "SELECT * FROM heads_heard ORDER BY id LIMIT 100",
  );
  for (const row of rows) {
    let done = true;
    try {
      const head = readKeyLogHead(row.head);
      const before = await proofCount(core, head.node);
      if ((await takeHead(core, head)) === "lied" && (await proofCount(core, head.node)) > before)
        await tell(core, row.log_id);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // Not signed by the node: nothing. Not to be asked now: later, but not for ever.
      done = error.code === "bad_signature" || error.code === "malformed" || row.tries > 20;
    }
    if (done) await core.store.run("DELETE FROM heads_heard WHERE id = ?", [row.id]);
    else await core.store.run("UPDATE heads_heard SET tries = tries + 1 WHERE id = ?", [row.id]);
  }
}

async function proofCount(core: Core, node: string): Promise<number> {
  const row = await core.store.get<{ n: number }>(
    "SELECT count(*) AS n FROM key_log_proofs WHERE node = ?",
    [node],
  );
  return row?.n ?? 0;
}

async function tell(core: Core, logId: string): Promise<void> {
  const event = await headsToTell(core, logId, true);
  const space = await core.store.get<{ state: string }>(
    "SELECT state FROM spaces WHERE log_id = ?",
    [logId],
  );
  if (event !== null && space?.state === "active") await post(core, logId, [event]);
}

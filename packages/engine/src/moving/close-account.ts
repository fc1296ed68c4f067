/**
 * Closing an account for good. First the spaces: those of this person alone are deleted by their hub (which waits 30
 * days), the others are left, and where this person leads alone somebody takes over. Then the node deletes what it has, and signs
 * that it did. Then this device forgets.
 *
 * [Note: No way back] The node deletes at once: an account that could be brought back for some days would not be deleted. Until
 * the node is asked nothing is lost, and each step may be cut off and asked for again; the request has one nonce, so a
 * repeat after a lost answer gives the same receipt.
 */
import { randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { closeReceipt, ProtocolError, readAs, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { leadingCommands } from "../leading/commands.ts";
import { leave, setRole } from "../spaces/manage.ts";
import { stewardsOf } from "../spaces/roster.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { tend } from "../spaces/tend.ts";
import type { ClosingPlan, ClosingReceipt } from "./api.ts";

/** Rounds in which a space has to hear that its member goes; each fetches, decides and sends. */
const ROUNDS = 6;

/** What has to be decided before the account can be closed. */
export async function closingPlan(core: Core): Promise<ClosingPlan> {
  const me = core.me().id;
  const rows = await core.store.all<{ log_id: string; title: string; kind: string }>(
    "SELECT log_id, title, kind FROM spaces WHERE state = 'active' AND kind <> 'personal' ORDER BY title, log_id",
  );
  const spaces: ClosingPlan["spaces"] = [];
  for (const { log_id: spaceId, title, kind } of rows) {
    const others = await core.store.all<{ identityId: string; name: string }>(
      `SELECT identity_id AS identityId, name FROM members WHERE log_id = ? AND present = 1 AND identity_id <> ?
       ORDER BY role = 'steward' DESC, name, identity_id`,
      [spaceId, me],
    );
    const space = await runtimeOf(core, spaceId);
    const leads = space?.group ? stewardsOf(space.group).map((one) => toHex(one.identityId)) : [];
    spaces.push({
      spaceId,
      title,
      fate:
        others.length === 0
          ? "deleted"
          : leads.every((id) => id === me) && leads.length > 0
            ? "handOver"
            : "left",
      people: kind === "pair" ? [] : others,
    });
  }
  return { spaces, receipt: await storedReceipt(core) };
}

/**
 * Leaves everything and has the node delete the account. `successors`: who leads a space from now on, by space.
 * @returns what the node signed, and the titles of spaces that could not be told now
 * @throws EngineError `last_steward` (with `spaceId`) where nobody was named; ProtocolError when the node cannot be reached:
 * nothing is deleted then
 */
export async function closeAccount(
  core: Core,
  successors: Readonly<Record<string, string>>,
): Promise<ClosingReceipt> {
  const known = await storedReceipt(core);
  if (known !== null) return known;
  // The node was asked already, and the answer was lost: the spaces know.
  if ((await core.store.get("SELECT 1 AS one FROM closing")) !== undefined)
    return askNode(core, []);
  const { spaces } = await closingPlan(core);
  for (const { spaceId, fate } of spaces)
    if (fate === "handOver" && successors[spaceId] === undefined)
      throw new EngineError("last_steward", { data: { spaceId } });
  // The node first: without it nothing is begun.
  await core.own.call("accounts.me", {});
  const untold: string[] = [];
  for (const { spaceId, title, fate } of spaces) {
    const told = await goFrom(core, spaceId, fate, successors[spaceId]);
    if (!told) untold.push(title);
  }
  await core.store.run("INSERT OR IGNORE INTO closing (one, nonce) VALUES (1, ?)", [
    randomBytes(32),
  ]);
  return askNode(core, untold);
}

async function goFrom(
  core: Core,
  spaceId: string,
  fate: ClosingPlan["spaces"][number]["fate"],
  successor: string | undefined,
): Promise<boolean> {
  try {
    if (fate === "deleted") {
      await leadingCommands(core)["space.proposeDeletion"]({ spaceId });
      return await heard(core, spaceId);
    }
    if (fate === "handOver" && successor !== undefined) {
      await setRole(core, spaceId, successor, "steward");
      if (!(await heard(core, spaceId))) return false;
    }
    await leave(core, spaceId);
    return await heard(core, spaceId);
  } catch (error) {
    // One that is in trouble, or whose hub is away, does not keep anybody from going.
    if (error instanceof EngineError || error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Sends what waits for a space. @returns whether its hub has all of it */
async function heard(core: Core, spaceId: string): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    await tend(core, spaceId, { fetch: true });
    const waits = await core.store.get(
      `SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM outbox WHERE log_id = ?1)
         OR EXISTS (SELECT 1 FROM intents WHERE log_id = ?1) OR EXISTS (SELECT 1 FROM pending_commits WHERE log_id = ?1)`,
      [spaceId],
    );
    if (waits === undefined) return true;
  }
  return false;
}

async function askNode(core: Core, untold: string[]): Promise<ClosingReceipt> {
  const { receiptSubject, signClose, verifyReceipt } = await import("@baraza/crypto/moving");
  const me = core.me();
  const row = await core.store.get<{ nonce: Bytes }>("SELECT nonce FROM closing");
  if (row === undefined) throw new EngineError("invalid");
  const nodeKey = await core.remote.nodeKey(me.node);
  const request = await signClose(
    { record: me.identity, privateKey: me.identityKey },
    { node: me.node, name: me.name, nonce: row.nonce, time: core.platform.clock.now() },
  );
  const { receipt } = await core.own.call("accounts.close", { request });
  await verifyReceipt(receipt, nodeKey, receiptSubject(me.identityId, row.nonce));
  await core.store.run("UPDATE closing SET receipt = ?, untold = ?", [
    receipt,
    JSON.stringify(untold),
  ]);
  const made = await storedReceipt(core);
  if (made === null) throw new EngineError("invalid");
  return made;
}

/** The receipt for a screen, with all that somebody else needs to check it. */
async function storedReceipt(core: Core): Promise<ClosingReceipt | null> {
  const row = await core.store.get<{ nonce: Bytes; receipt: Bytes | null; untold: string }>(
    "SELECT nonce, receipt, untold FROM closing",
  );
  if (row === undefined || row.receipt === null) return null;
  const { node, nodeKey, deleted, time, nameRests } = readAs(closeReceipt, row.receipt);
  const me = core.me();
  return {
    node,
    address: `${me.name}@${me.node}`,
    at: time,
    nameRests,
    deleted: deleted.map(({ what, count }) => ({ what, count })),
    untold: JSON.parse(row.untold) as string[],
    proof: {
      receipt: toHex(row.receipt),
      nodeKey: toHex(nodeKey),
      identityId: me.id,
      nonce: toHex(row.nonce),
    },
  };
}

/** Asks the nodes how links and drop boxes stand. */
import { intakeSecrets, openIntakeNote } from "@baraza/crypto/sharing";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, fromHex, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { takeBoxBack } from "./boxes.ts";
import { takeOverSharing } from "./in-vault.ts";
import { refreshLink, takeBack } from "./links.ts";
import type { HandoutRow, IntakeRow } from "./rows.ts";

/** Links that are asked about at once: each is a request, and a node answers so many of them a minute. Those that work come first. */
const AT_ONCE = 60;
/** What has been under way for so long was cut off. */
const CUT_OFF_MS = 10 * 60_000;

/** All of them, each by itself: one node that does not answer keeps nobody from hearing of the others. */
export async function refresh(core: Core, spaceId?: string): Promise<void> {
  await takeOverSharing(core);
  const now = core.platform.clock.now();
  const handouts = await core.store.all<HandoutRow>(
    `SELECT * FROM handouts WHERE state <> 'gone' AND space_id = coalesce(?, space_id)
     ORDER BY state IN ('open', 'making') DESC, made DESC LIMIT ?`,
    [spaceId ?? null, AT_ONCE],
  );
  const intakes = await core.store.all<IntakeRow>("SELECT * FROM intakes WHERE state <> 'gone'");
  const results = await Promise.allSettled([
    ...handouts.filter(({ state }) => state !== "making").map((row) => refreshLink(core, row)),
    ...handouts
      .filter(({ state, made }) => state === "making" && made + CUT_OFF_MS < now)
      .map((row) => takeBack(core, row)),
    ...(intakes.length === 0 ? [] : [refreshBoxes(core, intakes, now)]),
  ]);
  await forget(core, now);
  const failed = results.find((one) => one.status === "rejected");
  // Where nothing at all was heard, the person is told.
  if (failed !== undefined && results.every((one) => one.status === "rejected"))
    throw failed.reason;
}

/** What ended is remembered until its time would have been over anyway, with a day for clocks and old vaults. */
async function forget(core: Core, now: number): Promise<void> {
  const before = now - 24 * 60 * 60_000;
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM handouts WHERE state = 'gone' AND expires < ?", [before]);
    tx.run("DELETE FROM intakes WHERE state = 'gone' AND expires < ?", [before]);
  });
}

async function refreshBoxes(core: Core, rows: readonly IntakeRow[], now: number): Promise<void> {
  const { node } = core.me();
  const here = rows.filter((row) => row.node === node);
  const { intakes } = await core.own.call("intakes.list", {});
  const listed = new Map(intakes.map((one) => [toHex(one.intakeId), one]));
  for (const row of here) {
    if (row.state === "making") {
      if (row.made + CUT_OFF_MS < now) await takeBoxBack(core, row);
      continue;
    }
    const there = listed.get(row.intake_id);
    if (there !== undefined && there.whole > 0) await fetchItems(core, row);
    await core.store.transaction((tx) => {
      if (there === undefined)
        tx.run("UPDATE intakes SET state = 'gone' WHERE intake_id = ?", [row.intake_id]);
      else
        tx.run(
          `UPDATE intakes SET state = ?, expires = ?, used_bytes = ?, used_files = ?, whole = ?, checked = ?
           WHERE intake_id = ? AND state <> 'gone'`,
          [
            there.expires <= now ? "expired" : "open",
            there.expires,
            there.usedBytes,
            there.usedFiles,
            there.whole,
            now,
            row.intake_id,
          ],
        );
      if (there === undefined || there.whole === 0)
        tx.run("DELETE FROM intake_items WHERE intake_id = ?", [row.intake_id]);
    });
  }
  // Boxes at a former node went with the account there.
  await core.store.run("UPDATE intakes SET state = 'gone' WHERE node <> ?", [node]);
}

/** The list of what was left. A note that does not open is kept as such: its owner can at least delete it. */
async function fetchItems(core: Core, row: IntakeRow): Promise<void> {
  const intakeId = fromHex(row.intake_id);
  const { privateKey } = await intakeSecrets(row.seed);
  const there: string[] = [];
  for (let after = 0, more = true; more;) {
    const page = await core.own.call("intakes.items", { intakeId, after });
    for (const item of page.items) {
      // A node that turns the order around would be asked for ever.
      if (item.position <= after) throw new ProtocolError("malformed");
      after = item.position;
      const itemId = toHex(item.itemId);
      there.push(itemId);
      const known = await core.store.get(
        "SELECT 1 AS one FROM intake_items WHERE intake_id = ? AND item_id = ?",
        [row.intake_id, itemId],
      );
      if (known !== undefined) continue;
      const note = await noteIn({ intakeId, itemId: item.itemId, privateKey }, item.note);
      await core.store.run("INSERT OR IGNORE INTO intake_items VALUES (?, ?, ?, ?, ?, ?, 0)", [
        row.intake_id,
        itemId,
        item.position,
        note,
        item.chunks,
        item.at,
      ]);
    }
    more = page.more && page.items.length > 0;
  }
  // Another device has taken over the rest.
  await core.store.run(
    `DELETE FROM intake_items WHERE intake_id = ? AND item_id NOT IN (SELECT value FROM json_each(?))`,
    [row.intake_id, JSON.stringify(there)],
  );
}

async function noteIn(
  of: { intakeId: Bytes; itemId: Bytes; privateKey: Bytes },
  sealed: Bytes,
): Promise<Bytes | null> {
  try {
    return encodeCbor(await openIntakeNote(of, sealed));
  } catch {
    return null;
  }
}

/** What the vault keeps of links and drop boxes, so that they outlive this device and reach the others. */
import { handoutAccess, handoutSecrets, intakeAccess, intakeSecrets } from "@baraza/crypto/sharing";
import type { Bytes, VaultSharing } from "@baraza/protocol";
import { fromHex, LIMITS, readAs, toHex, vaultSharing, writeAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import type { HandoutRow, IntakeRow } from "./rows.ts";

/** The vault's part, from the store; undefined when there is nothing to keep. Of too many, the newest. */
export async function sharingPart(core: Core): Promise<Bytes | undefined> {
  const { store } = core;
  await takeOverSharing(core);
  const limit = LIMITS.vaultShares;
  const handouts = await store.all<HandoutRow>(
    "SELECT * FROM handouts WHERE state <> 'making' ORDER BY made DESC LIMIT ?",
    [limit],
  );
  const intakes = await store.all<IntakeRow>(
    "SELECT * FROM intakes WHERE state <> 'making' ORDER BY made DESC LIMIT ?",
    [limit],
  );
  if (handouts.length + intakes.length === 0) return undefined;
  return writeAs(vaultSharing, {
    handouts: handouts.map((row) => ({
      seed: row.seed,
      spaceId: fromHex(row.space_id),
      hub: row.hub,
      title: row.title,
      files: row.files,
      bytes: row.bytes,
      passphrase: row.passphrase === 1,
      made: row.made,
      expires: row.expires,
      ...(row.takes === null ? {} : { takes: row.takes }),
      chosen: (JSON.parse(row.chosen) as string[]).map(fromHex),
      ...(row.state === "gone" ? { gone: true as const } : {}),
    })),
    intakes: intakes.map((row) => ({
      seed: row.seed,
      node: row.node,
      title: row.title,
      text: row.text,
      bytes: row.bytes,
      files: row.files,
      made: row.made,
      expires: row.expires,
      ...(row.into_space === null
        ? {}
        : {
            into: {
              spaceId: fromHex(row.into_space),
              ...(row.into_folder ? { folder: fromHex(row.into_folder) } : {}),
            },
          }),
      ...(row.state === "gone" ? { gone: true as const } : {}),
    })),
  });
}

/** Takes over what other devices have put into the vault. What ended stays ended. */
export async function takeOverSharing(core: Core): Promise<void> {
  const parts = await core.store.all<{ id: number; part: Bytes }>(
    "SELECT id, part FROM vault_sharing ORDER BY id",
  );
  for (const { id, part } of parts) {
    const theirs = readAs(vaultSharing, part, LIMITS.vaultBytes);
    const named = await withIds(theirs);
    await core.store.transaction((tx) => {
      merge(tx, named);
      tx.run("DELETE FROM vault_sharing WHERE id = ?", [id]);
    });
  }
}

async function withIds({ handouts, intakes }: VaultSharing) {
  return {
    handouts: await Promise.all(
      handouts.map(async (one) => {
        const { secret } = handoutSecrets(one.seed);
        return { ...one, id: toHex((await handoutAccess(secret, null)).handoutId) };
      }),
    ),
    intakes: await Promise.all(
      intakes.map(async (one) => {
        const { secret } = await intakeSecrets(one.seed);
        return { ...one, id: toHex(intakeAccess(secret).intakeId) };
      }),
    ),
  };
}

function merge(tx: SqlTx, { handouts, intakes }: Awaited<ReturnType<typeof withIds>>): void {
  for (const one of handouts)
    tx.run(
      `INSERT INTO handouts (handout_id, seed, space_id, hub, title, files, bytes, passphrase, made, expires, takes, state, chosen)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (handout_id) DO UPDATE SET state = CASE excluded.state WHEN 'gone' THEN 'gone' ELSE state END`,
      [
        one.id,
        one.seed,
        toHex(one.spaceId),
        one.hub,
        one.title,
        one.files,
        one.bytes,
        one.passphrase ? 1 : 0,
        one.made,
        one.expires,
        one.takes ?? null,
        one.gone === true ? "gone" : "open",
        JSON.stringify((one.chosen ?? []).map(toHex)),
      ],
    );
  for (const one of intakes)
    tx.run(
      `INSERT INTO intakes (intake_id, seed, node, title, text, bytes, files, made, expires, state, into_space, into_folder)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (intake_id) DO UPDATE SET state = CASE excluded.state WHEN 'gone' THEN 'gone' ELSE state END`,
      [
        one.id,
        one.seed,
        one.node,
        one.title,
        one.text,
        one.bytes,
        one.files,
        one.made,
        one.expires,
        one.gone === true ? "gone" : "open",
        one.into === undefined ? null : toHex(one.into.spaceId),
        one.into?.folder === undefined ? null : toHex(one.into.folder),
      ],
    );
}

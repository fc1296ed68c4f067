/** What a person does about who is who. */
import { safetyNumber } from "@baraza/crypto";
import { fromBase64url, fromHex, toBase64url, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { SqlTx } from "../ports.ts";
import { addressOf, checkPerson, lookUp } from "./look-up.ts";
import type { TrustCommands } from "./api.ts";
import { chainOf, remember, seeIdentities } from "./see.ts";

/** What one's own picture code begins with. */
const CODE = "baraza:person:";

export function trustCommands(core: Core): TrustCommands {
  const { store } = core;
  const now = () => core.platform.clock.now();
  const known = async (identityId: string) => {
    const row = await store.get<{ name: string; state: string }>(
      "SELECT name, state FROM people WHERE identity_id = ?",
      [identityId],
    );
    if (row === undefined) throw new EngineError("invalid", { data: { field: "identityId" } });
    return row;
  };
  const settle = (identityId: string, write: (tx: SqlTx) => void) =>
    store.transaction((tx) => {
      write(tx);
      tx.run("UPDATE person_keys SET changed = NULL WHERE identity_id = ?", [identityId]);
      tx.run(
        "UPDATE trust_notices SET dismissed = 1 WHERE kind = 'personChanged' AND subject = ?",
        [identityId],
      );
    });
  const confirm = (identityId: string, how: "met" | "code") =>
    settle(identityId, (tx) => {
      // Whoever was met stays met.
      tx.run(
        "UPDATE people SET state = CASE WHEN state IN ('you', 'met') THEN state ELSE ? END WHERE identity_id = ?",
        [how, identityId],
      );
      remember(tx, identityId, now(), how);
    });
  return {
    "person.number": async ({ identityId }) => ({
      groups: safetyNumber(core.me().identityId, fromHex(identityId)),
    }),
    "person.ownCode": async () => {
      const { identityId, profile } = core.me();
      return { code: `${CODE}${toBase64url(identityId)}:${profile.address}` };
    },
    "person.scan": async ({ code, identityId }) => {
      const scanned = readCode(code);
      const id = toHex(scanned.identityId);
      if (id === core.me().id) throw new EngineError("code_wrong");
      if (identityId !== undefined && identityId !== id) throw new EngineError("code_mismatch");
      const row = await store.get<{ name: string }>(
        "SELECT name FROM people WHERE identity_id = ?",
        [id],
      );
      if (row === undefined)
        await store.run("INSERT INTO people VALUES (?, ?, ?, 'met', ?)", [
          id,
          scanned.address,
          scanned.address,
          now(),
        ]);
      await confirm(id, "met");
      return { identityId: id, name: row?.name ?? null };
    },
    "person.confirm": async ({ identityId, how }) => {
      if ((await known(identityId)).state === "you") throw new EngineError("invalid");
      await confirm(identityId, how);
    },
    "person.doubt": async ({ identityId }) => {
      if ((await known(identityId)).state === "you") throw new EngineError("invalid");
      await store.transaction((tx) => {
        tx.run("UPDATE people SET state = 'unchecked' WHERE identity_id = ?", [identityId]);
        remember(tx, identityId, now(), "doubted");
      });
    },
    "person.accept": async ({ identityId }) => {
      await known(identityId);
      await settle(identityId, (tx) => {
        tx.run("UPDATE people SET state = 'unchecked' WHERE identity_id = ? AND state <> 'you'", [
          identityId,
        ]);
        remember(tx, identityId, now(), "accepted");
      });
    },
    "person.look": async ({ identityId }) => {
      await known(identityId);
      const result = await checkPerson(core, identityId);
      if (result === "later") throw new EngineError("offline");
      return { record: result === "missing" ? "open" : result };
    },
    "person.find": async ({ address }) => {
      const wanted = addressOf(address);
      if (wanted === null) throw new EngineError("invalid", { data: { field: "address" } });
      const found = await lookUp(core, wanted);
      const shown = `${found.name}@${found.node}`;
      await store.transaction((tx) => {
        tx.run("INSERT OR IGNORE INTO people VALUES (?, ?, ?, 'unchecked', ?)", [
          found.identityId,
          shown,
          shown,
          now(),
        ]);
        seeIdentities(tx, [{ id: found.identityId, chain: chainOf(found.record) }], now());
        tx.run("UPDATE person_keys SET record = 'fits', record_at = ? WHERE identity_id = ?", [
          now(),
          found.identityId,
        ]);
      });
      return { identityId: found.identityId };
    },
    "notice.dismiss": async ({ noticeId }) => {
      await store.transaction((tx) => {
        const row = tx.get<{ kind: string; subject: string }>(
          "UPDATE trust_notices SET dismissed = 1 WHERE notice_id = ? RETURNING kind, subject",
          [noticeId],
        );
        // What a node says from now on is a new beginning; the proof of what it did is kept.
        if (row?.kind === "nodeTwoFaces" || row?.kind === "nodeForgot")
          tx.run("DELETE FROM key_log_heads WHERE node = ?", [row.subject]);
      });
    },
  };
}

function readCode(code: string): { identityId: Uint8Array<ArrayBuffer>; address: string } {
  const match = /^baraza:person:([A-Za-z0-9_-]{43}):(.{3,400})$/.exec(code.trim());
  const [, id, address] = match ?? [];
  if (id === undefined || address === undefined || addressOf(address) === null)
    throw new EngineError("code_wrong");
  try {
    return { identityId: fromBase64url(id), address };
  } catch (cause) {
    throw new EngineError("code_wrong", { cause });
  }
}

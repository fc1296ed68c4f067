/** Administration over SQLite: the setup code, settings, gateway keys. */
import type { Bytes, Role } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { RegisterArg } from "../port-accounts.ts";
import type { AdminOperations, GatewayKeyRow, NodeSettings } from "../port-admin.ts";
import type { Db } from "./database.ts";
import { invitationStands, takeInvitation } from "./invitations.ts";
import { note } from "./journal.ts";
import type { SqliteOperations } from "./operations.ts";
import { mustGet } from "./rows.ts";

/** Names in node_settings. */
const SETUP_HASH = "setupHash";
const SETUP_EXPIRES = "setupExpires";
/** Also written by `restore`. */
export const RESTORED_AT = "restoredAt";

export const adminOperations: SqliteOperations<AdminOperations> = {
  write: {
    setSetupCode(db, { codeHash, expires, always }) {
      if (!always && hasAdministrator(db)) return false;
      writeSetting(db, SETUP_HASH, codeHash);
      writeSetting(db, SETUP_EXPIRES, expires);
      return true;
    },
    claim(db, { accountId, codeHash, now }) {
      if (!useSetupCode(db, codeHash, now)) throw new ProtocolError("setup_link_invalid");
      const { name } = mustGet<{ name: string }>(
        db,
        "UPDATE accounts SET role = 'administrator' WHERE account_id = ? RETURNING name",
        accountId,
      );
      note(db, { by: null, now }, { act: "claim", subject: name });
      return null;
    },
    changeSettings(db, { by, now, changes }) {
      for (const [name, value] of Object.entries(changes))
        writeSetting(db, name, typeof value === "boolean" ? Number(value) : value);
      if (Object.keys(changes).length > 0)
        note(db, { by, now }, { act: "settings", detail: changes });
      return null;
    },
    addGatewayKey(db, { keyId, sealedSeed, created, keep }) {
      db.run(
        "INSERT INTO gateway_keys (created, key_id, sealed_seed) VALUES (?, ?, ?)",
        created,
        keyId,
        sealedSeed,
      );
      db.run(
        `DELETE FROM gateway_keys WHERE created NOT IN
         (SELECT created FROM gateway_keys ORDER BY created DESC LIMIT ?)`,
        keep,
      );
      return null;
    },
  },
  read: {
    codeStands: (db, { codeHash, now }) =>
      invitationStands(db, codeHash, now) || setupCodeStands(db, codeHash, now),
    settings: (db) => readSettings(db),
    hasAdministrator: (db) => hasAdministrator(db),
    gatewayKeys: (db) =>
      db.all<GatewayKeyRow>(
        `SELECT key_id AS keyId, sealed_seed AS sealedSeed, created FROM gateway_keys ORDER BY created DESC`,
      ),
    restoredAt: (db) => readSetting<number>(db, RESTORED_AT),
    counts(db) {
      const number = (sql: string) => db.get<{ n: number }>(sql)?.n ?? 0;
      return {
        accounts: number("SELECT count(*) AS n FROM accounts"),
        logs: number("SELECT count(*) AS n FROM logs WHERE deleted = 0"),
        blobBytes: number("SELECT coalesce(sum(bytes), 0) AS n FROM blob_usage WHERE log_id = x''"),
        databaseBytes: number(
          "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()",
        ),
      };
    },
  },
};

/** What the administrators set; what they did not is left out. */
export function readSettings(db: Db): Partial<NodeSettings> {
  const registration = readSetting<NodeSettings["registration"]>(db, "registration");
  const membersInvite = readSetting<number>(db, "membersInvite");
  const numbers = (["letters", "invitations", "spaces", "files", "keepDays"] as const).flatMap(
    (name) => {
      const value = readSetting<number>(db, name);
      return value === null ? [] : [[name, value]];
    },
  );
  return {
    ...(registration === null ? {} : { registration }),
    ...(membersInvite === null ? {} : { membersInvite: membersInvite === 1 }),
    ...(Object.fromEntries(numbers) as Partial<NodeSettings>),
  };
}

/**
 * Uses up what lets somebody register, and says as what: the setup code makes an administrator. `invitation` is the
 * number of the one that was used.
 * @throws ProtocolError `invitation_needed`, `invitation_invalid`.
 */
export function useInvitation(
  db: Db,
  { codeHash, now, registration }: Pick<RegisterArg, "codeHash" | "now" | "registration">,
): { role: Role; invitation: number | null } {
  if (codeHash !== null) {
    if (useSetupCode(db, codeHash, now)) return { role: "administrator", invitation: null };
    return { role: "member", invitation: takeInvitation(db, codeHash, now) };
  }
  const policy = readSetting<NodeSettings["registration"]>(db, "registration") ?? registration;
  if (policy !== "open") throw new ProtocolError("invitation_needed");
  return { role: "member", invitation: null };
}

function hasAdministrator(db: Db): boolean {
  return db.get("SELECT 1 FROM accounts WHERE role = 'administrator' LIMIT 1") !== undefined;
}

function setupCodeStands(db: Db, codeHash: Bytes, now: number): boolean {
  const hash = readSetting<Bytes>(db, SETUP_HASH);
  const expires = readSetting<number>(db, SETUP_EXPIRES) ?? 0;
  // Both are hashes of the code: how far they agree says nothing about it.
  return hash !== null && expires > now && Buffer.from(hash).equals(codeHash);
}

/** Uses up the setup code. False when it is another code or its time is over. */
function useSetupCode(db: Db, codeHash: Bytes, now: number): boolean {
  if (!setupCodeStands(db, codeHash, now)) return false;
  db.run("DELETE FROM node_settings WHERE name IN (?, ?)", SETUP_HASH, SETUP_EXPIRES);
  return true;
}

/** One of the settings; null where nobody set it. */
export function readSetting<T>(db: Db, name: string): T | null {
  return (
    db.get<{ value: T }>("SELECT value FROM node_settings WHERE name = ?", name)?.value ?? null
  );
}

function writeSetting(db: Db, name: string, value: string | number | Uint8Array): void {
  db.run(
    "INSERT INTO node_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    name,
    value,
  );
}

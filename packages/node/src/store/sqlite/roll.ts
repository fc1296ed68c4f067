/** The roll of accounts over SQLite: what an administrator sees and decides, each decision with its line in the journal. */
import type { AccountEntry, AccountLimits, Bytes, Role } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { RollOperations } from "../port-roll.ts";
import { readSettings } from "./admin.ts";
import { close, empty } from "./close-account.ts";
import type { Db } from "./database.ts";
import { openUses, revokeAllOf } from "./invitations.ts";
import { journalEnd, note, readJournal } from "./journal.ts";
import type { SqliteOperations } from "./operations.ts";
import { mustGet } from "./rows.ts";

export const rollOperations: SqliteOperations<RollOperations> = {
  write: {
    setRole(db, { by, now, name, role }) {
      const { account, role: before } = named(db, name);
      if (before === role) return null;
      db.run("UPDATE accounts SET role = ? WHERE account = ?", role, account);
      if (role === "member") {
        demandAdministrator(db);
        // They may stand for longer, and let in more people, than a member's.
        revokeAllOf(db, account);
      }
      note(db, { by, now }, { act: "role", subject: name, detail: { role } });
      return null;
    },
    suspend(db, { by, now, name, suspended }) {
      const { account, accountId, suspendedAt, role } = named(db, name);
      if ((suspendedAt !== null) === suspended) return { accountId };
      db.run(
        "UPDATE accounts SET suspended_at = ?, emptied = CASE WHEN closed_at IS NULL THEN 0 ELSE emptied END WHERE account = ?",
        suspended ? now : null,
        account,
      );
      if (suspended) {
        if (role === "administrator") demandAdministrator(db);
        db.run("DELETE FROM sessions WHERE account = ?", account);
        revokeAllOf(db, account);
      }
      note(db, { by, now }, { act: suspended ? "suspend" : "lift", subject: name });
      return { accountId };
    },
    setLimits(db, { by, now, name, limits }) {
      const { letters, invitations, spaces } = limits;
      db.run(
        "UPDATE accounts SET max_letters = ?, max_invitations = ?, max_spaces = ? WHERE account = ?",
        letters ?? null,
        invitations ?? null,
        spaces ?? null,
        named(db, name).account,
      );
      note(db, { by, now }, { act: "limits", subject: name, detail: given(limits) });
      return null;
    },
    setLeaving(db, { by, now, name, at }) {
      const { account, role, closedAt, leavesAt } = named(db, name);
      if (closedAt !== null) throw new ProtocolError("account_closed");
      if (leavesAt === at) return null;
      db.run("UPDATE accounts SET leaves_at = ? WHERE account = ?", at, account);
      if (at !== null && role === "administrator") demandAdministrator(db);
      const what =
        at === null ? { act: "stay" as const } : { act: "leave" as const, detail: { at } };
      note(db, { by, now }, { ...what, subject: name });
      return null;
    },
    closeDue(db, { now, limit }) {
      const due = db.all<{ account: number; accountId: Bytes; name: string }>(
        `SELECT account, account_id AS accountId, name FROM accounts
         WHERE leaves_at IS NOT NULL AND closed_at IS NULL AND leaves_at <= ? LIMIT ?`,
        now,
        limit,
      );
      for (const { account, name } of due) {
        close(db, account, now);
        revokeAllOf(db, account);
        note(db, { by: null, now }, { act: "closed", subject: name });
      }
      return due.map(({ accountId }) => accountId);
    },
    emptyDue(db, { now, keepMs, limit }) {
      const due = db.all<{ account: number; closed: number }>(
        `SELECT account, closed_at IS NOT NULL AS closed FROM accounts
         WHERE (suspended_at IS NOT NULL OR closed_at IS NOT NULL) AND emptied = 0
           AND coalesce(closed_at, suspended_at) <= ? LIMIT ?`,
        now - keepMs,
        limit,
      );
      for (const { account, closed } of due) empty(db, account, closed === 1);
      return due.length;
    },
    seen(db, { accountId, day }) {
      db.run(
        "UPDATE accounts SET seen_day = ?1 WHERE account_id = ?2 AND coalesce(seen_day, 0) < ?1",
        day,
        accountId,
      );
      return null;
    },
  },
  read: {
    page(db, { search, show, after, limit }) {
      const rows = db.all<Row>(
        `${ROW} WHERE name > ?1 AND ${SHOWN} ORDER BY name LIMIT ?4`,
        after,
        search,
        show,
        limit,
      );
      const total =
        db.get<{ n: number }>(
          `SELECT count(*) AS n FROM accounts WHERE name > ?1 AND ${SHOWN}`,
          "",
          search,
          show,
        )?.n ?? 0;
      return { accounts: rows.map(entryOf), total };
    },
    entry(db, { name }) {
      const row = db.get<Row>(`${ROW} WHERE name = ?`, name);
      if (row === undefined) throw new ProtocolError("not_found");
      return entryOf(row);
    },
    standing(db, { accountId, now }) {
      const row = mustGet<Row & { account: number }>(db, `${ROW} WHERE account_id = ?`, accountId);
      const { role, letters, limits } = entryOf(row);
      return {
        role,
        letters,
        limits,
        invited: openUses(db, row.account, now),
        leaves: row.leaves,
        journal: journalEnd(db),
      };
    },
    limits: (db, { accountId }) => ({
      settings: readSettings(db),
      limits: limitsOf(
        mustGet<LimitsRow>(
          db,
          `SELECT ${LIMITS_COLUMNS} FROM accounts WHERE account_id = ?`,
          accountId,
        ),
      ),
    }),
    shut: (db, { accountId, now }) => whyShut(db, accountId, now),
    journal: (db, { after, limit }) => readJournal(db, after, limit),
  },
};

/** Why nobody may sign in with an account: null when one may. */
export function whyShut(
  db: Db,
  accountId: Bytes,
  now: number,
): "suspended" | "account_closed" | null {
  const row = mustGet<{ suspended: number | null; closed: number | null; leaves: number | null }>(
    db,
    `SELECT suspended_at AS suspended, closed_at AS closed, leaves_at AS leaves FROM accounts
     WHERE account_id = ?`,
    accountId,
  );
  if (row.closed !== null || (row.leaves !== null && row.leaves <= now)) return "account_closed";
  return row.suspended === null ? null : "suspended";
}

type LimitsRow = {
  maxLetters: number | null;
  maxInvitations: number | null;
  maxSpaces: number | null;
};
type Row = LimitsRow & {
  name: string;
  role: Role;
  since: number | null;
  lastUse: number | null;
  letters: number;
  vault: number;
  devices: number;
  suspended: number | null;
  leaves: number | null;
  closed: number;
};

const LIMITS_COLUMNS =
  "max_letters AS maxLetters, max_invitations AS maxInvitations, max_spaces AS maxSpaces";

const ROW = `SELECT account, name, role, since_day AS since, seen_day AS lastUse, suspended_at AS suspended,
  leaves_at AS leaves, closed_at IS NOT NULL AS closed, ${LIMITS_COLUMNS},
  (SELECT coalesce(sum(bytes), 0) FROM boxes WHERE boxes.account = accounts.account) AS letters,
  coalesce((SELECT length(vault) FROM vaults WHERE vaults.account = accounts.account), 0) AS vault,
  (SELECT count(*) FROM devices WHERE devices.account = accounts.account) AS devices
  FROM accounts`;

const SHOWN = `(?2 = '' OR instr(name, ?2) > 0)
  AND CASE ?3 WHEN 'administrators' THEN role = 'administrator'
    WHEN 'suspended' THEN suspended_at IS NOT NULL WHEN 'leaving' THEN leaves_at IS NOT NULL ELSE 1 END`;

function entryOf(row: Row): AccountEntry {
  const { name, role, since, lastUse, letters, vault, devices, suspended, leaves, closed } = row;
  return {
    name,
    role,
    letters,
    vault,
    devices,
    closed: closed === 1,
    limits: limitsOf(row),
    ...(since === null ? {} : { since }),
    ...(lastUse === null ? {} : { lastUse }),
    ...(suspended === null ? {} : { suspended }),
    ...(leaves === null ? {} : { leaves }),
  };
}

function limitsOf({ maxLetters, maxInvitations, maxSpaces }: LimitsRow): AccountLimits {
  return {
    ...(maxLetters === null ? {} : { letters: maxLetters }),
    ...(maxInvitations === null ? {} : { invitations: maxInvitations }),
    ...(maxSpaces === null ? {} : { spaces: maxSpaces }),
  };
}

/** The limits that are set, as a line of the journal. */
function given({ letters, invitations, spaces }: AccountLimits): Record<string, number> {
  return {
    ...(letters === undefined ? {} : { letters }),
    ...(invitations === undefined ? {} : { invitations }),
    ...(spaces === undefined ? {} : { spaces }),
  };
}

type Named = {
  account: number;
  accountId: Bytes;
  role: Role;
  suspendedAt: number | null;
  leavesAt: number | null;
  closedAt: number | null;
};

/** @throws ProtocolError `not_found` */
function named(db: Db, name: string): Named {
  const row = db.get<Named>(
    `SELECT account, account_id AS accountId, role, suspended_at AS suspendedAt, leaves_at AS leavesAt,
     closed_at AS closedAt FROM accounts WHERE name = ?`,
    name,
  );
  if (row === undefined) throw new ProtocolError("not_found");
  return row;
}

/**
 * Somebody has to be left who can look after the node. Call it after the change: what throws is rolled back.
 * @throws ProtocolError `last_administrator`
 */
export function demandAdministrator(db: Db): void {
  const one = db.get(
    `SELECT 1 FROM accounts WHERE role = 'administrator' AND suspended_at IS NULL AND closed_at IS NULL
     AND leaves_at IS NULL LIMIT 1`,
  );
  if (one === undefined) throw new ProtocolError("last_administrator");
}

/** Schema migrations, from the first version on. A migration that was released is never edited: add another. */
import type { Db } from "../database.ts";
import { logs } from "./001-logs.ts";
import { accounts } from "./002-accounts.ts";
import { boxes } from "./003-boxes.ts";
import { blobs } from "./004-blobs.ts";
import { recovery } from "./005-recovery.ts";
import { devices } from "./006-devices.ts";
import { slots } from "./007-slots.ts";
import { keylog } from "./008-keylog.ts";
import { ways } from "./009-ways.ts";
import { leading } from "./010-leading.ts";
import { administration } from "./011-administration.ts";
import { passkeys } from "./012-passkeys.ts";
import { moving } from "./013-moving.ts";
import { handover } from "./014-handover.ts";
import { logBytes } from "./015-log-bytes.ts";
import { mirrors } from "./016-mirrors.ts";
import { sharing } from "./017-sharing.ts";
import { blobSources } from "./018-blob-sources.ts";
import { webPush } from "./019-web-push.ts";
import { requests } from "./020-requests.ts";

/** `version` counts from 1 without gaps; `up` is the SQL that leads there from the version before. */
export type Migration = { version: number; name: string; up: string };

const MIGRATIONS: readonly Migration[] = [
  logs,
  accounts,
  boxes,
  blobs,
  recovery,
  devices,
  slots,
  keylog,
  ways,
  leading,
  administration,
  passkeys,
  moving,
  handover,
  logBytes,
  mirrors,
  sharing,
  blobSources,
  webPush,
  requests,
];

/** "BRZA": tells a Baraza store from another SQLite file. */
const APPLICATION_ID = 0x42525a41;

/** The file's schema is newer than this program, or it is no store of ours. The message is for the console. */
export class StoreVersionError extends Error {
  override readonly name = "StoreVersionError";
}

/**
 * Brings the file to the newest schema, each step in its own transaction.
 * @throws StoreVersionError when a newer program wrote it: going back is refused, nothing is changed.
 */
export function migrate(db: Db, migrations: readonly Migration[] = MIGRATIONS): void {
  const found = db.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  const mark = db.get<{ application_id: number }>("PRAGMA application_id")?.application_id ?? 0;
  const newest = migrations.length;
  if (mark !== 0 && mark !== APPLICATION_ID)
    throw new StoreVersionError("The file in the data directory is not a Baraza store.");
  if (found > newest) {
    throw new StoreVersionError(
      `The store was written by a newer version of Baraza (schema ${found}; this version knows up to ${newest}). ` +
        "Nothing was changed. Start the newer version again, or restore a backup made before the upgrade.",
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (migration.version !== index + 1)
      throw new Error(`migration ${migration.name} out of order`);
    if (migration.version <= found) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(migration.up);
      db.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migration.version};`,
      );
      db.exec("COMMIT");
    } catch (cause) {
      db.exec("ROLLBACK");
      throw new Error(`migration ${migration.version} (${migration.name}) failed`, { cause });
    }
  }
}

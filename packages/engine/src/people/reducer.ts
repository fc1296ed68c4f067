/** Rules from the group context, and the events of this area: to rows. */
import type { Group } from "@baraza/crypto";
import { contextExtension } from "@baraza/crypto";
import { toHex, writeAs } from "@baraza/protocol";
import type { InferOutput } from "valibot";
import type { SqlTx } from "../ports.ts";
import { readContext } from "../spaces/events.ts";
import type { AppliedEvent } from "../tools/tool.ts";
import { askedToCome } from "./events.ts";
import type { PEOPLE_EVENTS } from "./events.ts";
import { reduceGroups } from "./groups.ts";
import { hasFresh, keepsOrder } from "./rules.ts";

/** Notes what the group's context says of people. Call it wherever a new state of the group is taken over, after the roster. */
export function writeRules(tx: SqlTx, logId: string, group: Group): void {
  const rules = readContext(contextExtension(group));
  tx.run("INSERT OR REPLACE INTO space_rules VALUES (?, ?, ?, ?)", [
    logId,
    Number(rules.announce === true),
    Number(rules.approve === true),
    Number(hasFresh(rules)),
  ]);
  tx.run("DELETE FROM role_ends WHERE log_id = ?", [logId]);
  tx.run("DELETE FROM banned WHERE log_id = ?", [logId]);
  for (const id of rules.banned ?? [])
    tx.run("INSERT OR IGNORE INTO banned VALUES (?, ?)", [logId, toHex(id)]);
  for (const { identityId, role, until } of rules.roles ?? []) {
    const id = toHex(identityId);
    tx.run(
      "UPDATE members SET role = ? WHERE log_id = ? AND identity_id = ? AND present = 1 AND role <> 'steward'",
      [role, logId, id],
    );
    if (until !== undefined)
      tx.run("INSERT OR REPLACE INTO role_ends VALUES (?, ?, ?)", [logId, id, until]);
  }
}

type Payload<T extends keyof typeof PEOPLE_EVENTS> = InferOutput<
  (typeof PEOPLE_EVENTS)[T]["schema"]
>;

/** One event of this area. @returns whether it was one */
export function reducePeople(tx: SqlTx, event: AppliedEvent): boolean {
  const { logId, position } = event;
  if (event.type === "space.about") {
    const { text } = event.payload as Payload<"space.about">;
    tx.run(
      `INSERT INTO space_about VALUES (?, ?, ?)
       ON CONFLICT (log_id) DO UPDATE SET position = excluded.position, text = excluded.text WHERE excluded.position >= position OR position >= ?`,
      [logId, position, text, 2 ** 50],
    );
    tell(tx, event, "aboutChanged");
  } else if (event.type === "space.picture") {
    const { picture } = event.payload as Payload<"space.picture">;
    tx.run(
      `INSERT INTO space_pictures VALUES (?, ?, ?, ?)
       ON CONFLICT (log_id) DO UPDATE SET position = excluded.position, event_id = excluded.event_id, picture = excluded.picture
       WHERE excluded.position >= position OR position >= ?`,
      [logId, position, event.eventId, picture, 2 ** 50],
    );
    tell(tx, event, "pictureChanged");
  } else if (event.type === "space.ask") {
    const payload = event.payload as Payload<"space.ask">;
    tx.run(
      `INSERT INTO asks (log_id, identity_id, ask_id, position, at, name, address, brought_by, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (log_id, identity_id) DO UPDATE SET
         answer = CASE WHEN ask_id = excluded.ask_id THEN answer END, ask_id = excluded.ask_id, position = excluded.position,
         at = excluded.at, name = excluded.name, address = excluded.address, brought_by = excluded.brought_by, body = excluded.body
       WHERE excluded.position > position OR ask_id = excluded.ask_id`,
      [
        logId,
        toHex(payload.identityId),
        event.eventId,
        position,
        event.at,
        payload.profile.name,
        payload.profile.address,
        event.author,
        writeAs(askedToCome, payload),
      ],
    );
  } else if (event.type === "space.asked") {
    const { ask, accept } = event.payload as Payload<"space.asked">;
    const role = tx.get<{ role: string }>(
      "SELECT role FROM members WHERE log_id = ? AND identity_id = ?",
      [logId, event.author],
    )?.role;
    // Nothing but the list of those who wait hangs on it: who comes in is judged with the commit.
    if (keepsOrder(role))
      tx.run(
        "UPDATE asks SET answer = ?, answered_by = ? WHERE log_id = ? AND ask_id = ? AND answer IS NULL",
        [accept ? "in" : "out", event.author, logId, toHex(ask)],
      );
  } else return reduceGroups(tx, event);
  return true;
}

/** A line that says who changed what the space says of itself; not for what it says from its first moment. */
function tell(tx: SqlTx, event: AppliedEvent, kind: "aboutChanged" | "pictureChanged"): void {
  if (event.pending || event.position <= 3) return;
  tx.run(
    `INSERT OR REPLACE INTO notices (log_id, event_id, position, at, kind, subject, by_identity, title)
     VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
    [event.logId, event.eventId, event.position, event.at, kind, event.author, event.author],
  );
}

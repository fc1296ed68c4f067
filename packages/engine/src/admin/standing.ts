/** How one's own account stands at its node. */
import type { ResponseOf } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { Standing } from "./api.ts";

/** Asks the node. A role that an administrator gave or took shows at once. @throws ProtocolError */
export async function tendStanding(core: Core): Promise<void> {
  const answer = await core.own.call("accounts.standing", {});
  await core.store.run("INSERT OR REPLACE INTO standing VALUES (1, ?)", [
    JSON.stringify(standingOf(answer)),
  ]);
  if (answer.role !== core.me().role) {
    await core.store.run("UPDATE account SET role = ?", [answer.role]);
    core.setMe({ ...core.me(), role: answer.role });
  }
  const known = await core.store.get<{ number: number | null }>(
    "SELECT max(number) AS number FROM journal",
  );
  if (known?.number !== answer.journal && answer.journal + (known?.number ?? 0) > 0)
    await (await import("./journal.ts")).tendJournal(core, answer.journal);
}

function standingOf(answer: ResponseOf<"accounts.standing">): Standing {
  const { mayInvite, letters, invitations, leaves = null } = answer;
  return {
    mayInvite,
    letters: { used: letters.used, max: letters.max },
    invitations,
    leaves,
  };
}

/** See `admin.standing`. */
export async function readStanding(core: Core): Promise<Standing | null> {
  const row = await core.store.get<{ standing: string }>("SELECT standing FROM standing");
  return row === undefined ? null : (JSON.parse(row.standing) as Standing);
}

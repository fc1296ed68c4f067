/** Somebody asks to come in by a link of this device's: whether the link is good for them, and who decides. */
import type { Bytes } from "@baraza/protocol";
import { LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { prepare, writeOutbox } from "../spaces/post.ts";
import type { AskedToCome } from "./events.ts";
import type { ListedRole } from "./rules.ts";

type Refusal = "expired" | "full" | "used" | "banned";
type Link = {
  approval: boolean;
  role?: ListedRole | undefined;
  until?: number | undefined;
};

/** Whether somebody may come by a link, as far as it is the link's to say; null: they may. */
export async function judgeAsk(
  core: Core,
  identityId: string,
  card: { id: string; log_id: string; expires: number },
): Promise<{ reason: Refusal | null; link: Link }> {
  const row = await core.store.get<{
    most: number | null;
    approval: number | null;
    role: ListedRole | null;
    until: number | null;
    used: number;
    again: number;
    present: number;
    banned: number;
    outside: number;
  }>(
    `SELECT l.most, l.approval, l.role, l.until,
       (SELECT count(*) FROM link_uses u WHERE u.card_id = c.card_id) AS used,
       (SELECT count(*) FROM link_uses u WHERE u.card_id = c.card_id AND u.identity_id = ?2) AS again,
       (SELECT count(*) FROM members m WHERE m.log_id = c.log_id AND m.present = 1) AS present,
       (SELECT count(*) FROM banned b WHERE b.log_id = c.log_id AND b.identity_id = ?2) AS banned,
       l.within IS NOT NULL AND NOT EXISTS (SELECT 1 FROM members m WHERE m.log_id = l.within AND m.identity_id = ?2
         AND m.present = 1) AS outside
     FROM (SELECT ?1 AS card_id, ?3 AS log_id) c LEFT JOIN links l ON l.card_id = c.card_id`,
    [card.id, identityId, card.log_id],
  );
  const link: Link = {
    approval: row?.approval === 1,
    ...(row?.role ? { role: row.role } : {}),
    ...(row?.until ? { until: row.until } : {}),
  };
  const now = core.platform.clock.now();
  if (row === undefined || card.expires < now) return { reason: "expired", link };
  // Who has left the larger space since is nobody that the link is for.
  if (row.outside === 1) return { reason: "expired", link };
  if (row.banned > 0) return { reason: "banned", link };
  if (row.present >= LIMITS.members) return { reason: "full", link };
  // Who asked by it before asks once more, and uses nothing up.
  const over = row.most !== null && row.used >= row.most && row.again === 0;
  return { reason: over ? "used" : null, link };
}

/** Puts somebody before those who keep order: what is to be written with the note that their letter was read. */
export async function putBefore(
  core: Core,
  logId: string,
  asked: AskedToCome & { proof?: Bytes },
): Promise<(tx: SqlTx) => void> {
  const { identityId, cardId, profile, reply, keyPackages, role, until } = asked;
  const event = prepare(core, {
    type: "space.ask",
    payload: {
      identityId,
      cardId,
      profile,
      reply,
      keyPackages: keyPackages.slice(0, 4),
      ...(role === undefined ? {} : { role }),
      ...(until === undefined ? {} : { until }),
    },
  });
  return (tx) => {
    writeOutbox(tx, core, logId, event);
  };
}

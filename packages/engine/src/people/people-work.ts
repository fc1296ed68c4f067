/** What this area's commands do, and what its screens show. */
import { contextExtension } from "@baraza/crypto";
import {
  fromHex,
  LIMITS,
  ProtocolError,
  readAs,
  refusedBody,
  toHex,
  writeAs,
} from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { sealIfPossible, writeLetters } from "../letters/send.ts";
import { addIntent, intend, removeIntent } from "../spaces/commit.ts";
import { readContext } from "../spaces/events.ts";
import { prepare, post, writeOutbox } from "../spaces/post.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { needSpace } from "../spaces/runtime.ts";
import { checkOf } from "../trust/queries.ts";
import type { Asking, SpaceRules, WayIn } from "./api.ts";
import { ABOUT_LENGTH, askedToCome, PICTURE_BYTES } from "./events.ts";
import { pictureType } from "./picture-type.ts";
import { ASKS_FOR_MS, WAITS } from "./watch.ts";
import { isBanned, keepsOrder, mayPost, roleOf } from "./rules.ts";
import type { MemberRole, Rules } from "./rules.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The rules of a space that one is in, and what one is by them. @throws EngineError `not_member` */
async function standing(core: Core, spaceId: string): Promise<{ rules: Rules; mine: MemberRole }> {
  const space = await needSpace(core, spaceId);
  if (space.row.state !== "active" || space.group === null) throw new EngineError("not_member");
  const rules = readContext(contextExtension(space.group));
  return { rules, mine: roleOf(rules, core.me().id) };
}

/** Ends a link here and takes its card away at the node. */
export async function endLink(core: Core, linkId: string): Promise<void> {
  await core.store.run("DELETE FROM cards WHERE card_id = ?", [linkId]);
  try {
    await core.own.call("cards.delete", { cardId: fromHex(linkId) });
  } catch (error) {
    // The card says nothing that whoever has the link does not know; this device answers nobody by it any more.
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** Says yes or no to some who ask. Each yes becomes an addition by this device; each no a letter. */
export async function answerAsks(
  core: Core,
  { spaceId, askIds, accept }: { spaceId: string; askIds: string[]; accept: boolean },
): Promise<void> {
  const { rules, mine } = await standing(core, spaceId);
  if (!keepsOrder(mine)) throw new EngineError("not_steward");
  for (const askId of askIds) {
    const row = await core.store.get<{ body: Bytes; identity_id: string }>(
      "SELECT body, identity_id FROM asks WHERE log_id = ? AND ask_id = ? AND answer IS NULL",
      [spaceId, askId],
    );
    if (row === undefined) continue;
    const { reply, keyPackages, role, until } = readAs(askedToCome, row.body, LIMITS.letterBytes);
    if (accept && isBanned(rules, row.identity_id)) throw new EngineError("invalid");
    if (accept && role !== undefined && mine !== "steward") throw new EngineError("not_steward");
    const letter = accept
      ? null
      : await sealIfPossible(
          core,
          reply,
          "refused",
          writeAs(refusedBody, { logId: fromHex(spaceId), reason: "declined" }),
        );
    const said = prepare(core, {
      type: "space.asked",
      payload: { ask: fromHex(askId), accept },
    });
    await core.store.transaction((tx) => {
      writeOutbox(tx, core, spaceId, said);
      if (accept)
        tx.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'add', ?)", [
          spaceId,
          writeAs(addIntent, { keyPackages, reply, accepted: true, role, until }),
        ]);
      if (letter !== null) writeLetters(tx, [letter]);
    });
  }
  core.kick({ space: spaceId, letters: true });
}

/** @throws EngineError `not_steward` */
export async function setRules(
  core: Core,
  {
    spaceId,
    announce,
    approve,
  }: { spaceId: string; announce?: boolean | undefined; approve?: boolean | undefined },
): Promise<void> {
  const { mine } = await standing(core, spaceId);
  if (mine !== "steward") throw new EngineError("not_steward");
  if (announce !== undefined)
    await intend(core, spaceId, "rules", { op: "announce", on: announce });
  if (approve !== undefined) await intend(core, spaceId, "rules", { op: "approve", on: approve });
}

/** @throws EngineError `invalid`, `may_not_write` */
export async function setAbout(
  core: Core,
  { spaceId, text }: { spaceId: string; text: string },
): Promise<void> {
  const clean = text.normalize("NFC").trim();
  if (clean.length > ABOUT_LENGTH) throw new EngineError("invalid", { data: { field: "text" } });
  await post(core, spaceId, [{ type: "space.about", payload: { text: clean } }]);
}

/** @throws EngineError `invalid`, `may_not_write` */
export async function setPicture(
  core: Core,
  { spaceId, picture }: { spaceId: string; picture: Bytes | null },
): Promise<void> {
  if (picture !== null && (picture.length > PICTURE_BYTES || pictureType(picture) === null))
    throw new EngineError("invalid", { data: { field: "picture" } });
  await post(core, spaceId, [{ type: "space.picture", payload: { picture } }]);
}

/** A space's picture, looked at once more: whoever sent it may have sent anything. */
export async function pictureOf(
  core: Core,
  spaceId: string,
): Promise<{ pictureId: string; type: string; bytes: Bytes } | null> {
  const row = await core.store.get<{ event_id: string; picture: Bytes | null }>(
    "SELECT event_id, picture FROM space_pictures WHERE log_id = ?",
    [spaceId],
  );
  if (row === undefined || row.picture === null) return null;
  const type = pictureType(row.picture);
  return type === null ? null : { pictureId: row.event_id, type, bytes: row.picture };
}

/** @throws EngineError `not_steward`; `invalid` for oneself, those who keep order, and where there is no room in the list */
export async function setBan(
  core: Core,
  { spaceId, identityId }: { spaceId: string; identityId: string },
  on: boolean,
): Promise<void> {
  const { rules, mine } = await standing(core, spaceId);
  if (on ? !keepsOrder(mine) : mine !== "steward") throw new EngineError("not_steward");
  if (on && (identityId === core.me().id || keepsOrder(roleOf(rules, identityId))))
    throw new EngineError("invalid");
  if (on && (rules.banned ?? []).length >= LIMITS.banned) throw new EngineError("too_large");
  const who = fromHex(identityId);
  await intend(core, spaceId, "rules", { op: on ? "ban" : "unban", identityId: who });
}

/** The links that this device made, the newest first: those that are good, and those of late that are over. */
export async function linksOf(core: Core, spaceId: string): Promise<WayIn[]> {
  const rows = await core.store.all<{
    card_id: string;
    link: string;
    made: number;
    expires: number;
    most: number | null;
    approval: number;
    role: WayIn["role"];
    used: number;
    open: number;
  }>(
    `SELECT l.*, (SELECT count(*) FROM link_uses u WHERE u.card_id = l.card_id) AS used,
       (SELECT count(*) FROM cards c WHERE c.card_id = l.card_id) AS open
     FROM links l WHERE l.log_id = ? AND l.within IS NULL ORDER BY l.made DESC LIMIT 50`,
    [spaceId],
  );
  const now = core.platform.clock.now();
  return rows.map((row) => {
    const used = row.most !== null && row.used >= row.most;
    const state = row.open === 0 ? "ended" : row.expires < now ? "expired" : used ? "used" : "open";
    return {
      linkId: row.card_id,
      link: state === "open" ? row.link : null,
      made: row.made,
      expires: row.expires,
      used: row.used,
      most: row.most,
      approval: row.approval === 1,
      role: row.role,
      state,
    };
  });
}

/** Who waits for a word of those who keep order, the longest waiting first. */
export async function asksOf(core: Core, spaceId: string): Promise<Asking[]> {
  const rows = await core.store.all<{
    ask_id: string;
    identity_id: string;
    name: string;
    address: string;
    at: number;
    by_name: string | null;
    body: Bytes;
    state: string | null;
    changed: string | null;
  }>(
    `SELECT a.ask_id, a.identity_id, a.name, a.address, a.at, b.name AS by_name, a.body, p.state, k.changed
     FROM asks a LEFT JOIN members b ON b.log_id = a.log_id AND b.identity_id = a.brought_by
     LEFT JOIN people p ON p.identity_id = a.identity_id LEFT JOIN person_keys k ON k.identity_id = a.identity_id
     WHERE ${WAITS} AND EXISTS (SELECT 1 FROM members o WHERE o.log_id = a.log_id AND o.identity_id = ?3 AND o.role IN ('steward', 'moderator'))
     ORDER BY a.at LIMIT 200`,
    [spaceId, core.platform.clock.now() - ASKS_FOR_MS, core.me().id],
  );
  return rows.map((row) => ({
    askId: row.ask_id,
    identityId: row.identity_id,
    name: row.name,
    address: row.address,
    check: row.state === null ? "unchecked" : checkOf(row),
    at: row.at,
    by: row.by_name ?? "",
    role: readAs(askedToCome, row.body, LIMITS.letterBytes).role ?? null,
  }));
}

/** Who may do what in a space, as its people are shown it. */
export async function rulesOf(core: Core, spaceId: string): Promise<SpaceRules> {
  const row = await core.store.get<{
    announce: number | null;
    approve: number | null;
    text: string | null;
    role: MemberRole | null;
  }>(
    `SELECT r.announce, r.approve, a.text, m.role FROM spaces s LEFT JOIN space_rules r ON r.log_id = s.log_id
     LEFT JOIN space_about a ON a.log_id = s.log_id LEFT JOIN members m ON m.log_id = s.log_id AND m.identity_id = ?2
     WHERE s.log_id = ?1`,
    [spaceId, core.me().id],
  );
  const ends = await core.store.all<{ identity_id: string; until: number }>(
    "SELECT identity_id, until FROM role_ends WHERE log_id = ?",
    [spaceId],
  );
  const banned = await core.store.all<{ identity_id: string; name: string; address: string }>(
    `SELECT b.identity_id, coalesce(m.name, p.name, '') AS name, coalesce(m.address, p.address, '') AS address FROM banned b
     LEFT JOIN members m ON m.log_id = b.log_id AND m.identity_id = b.identity_id LEFT JOIN people p ON p.identity_id = b.identity_id
     WHERE b.log_id = ? ORDER BY name, b.identity_id`,
    [spaceId],
  );
  const mine = row?.role ?? "member";
  const announce = row?.announce === 1;
  return {
    announce,
    approve: row?.approve === 1,
    about: row?.text ?? "",
    myRole: mine,
    mayWrite: mayPost(mine, announce, "chat.message"),
    mayInvite: mine !== "guest" && mine !== "observer",
    ends: Object.fromEntries(ends.map((one) => [one.identity_id, one.until])),
    banned: banned.map((one) => ({
      identityId: one.identity_id,
      name: one.name,
      address: one.address,
    })),
  };
}

/** The longest that a timer is set for: they count in 32 bits. */
const LONGEST_WAIT = DAY_MS;

/** Takes guests out whose time is over, by a device of somebody who keeps order, and looks again when the next one's is. */
export async function tendGuests(core: Core, space: SpaceRuntime): Promise<void> {
  if (space.group === null) return;
  const rules = readContext(contextExtension(space.group));
  if (!keepsOrder(roleOf(rules, core.me().id))) return;
  const { logId } = space;
  const { clock } = core.platform;
  const now = clock.now();
  let next = Number.POSITIVE_INFINITY;
  let some = false;
  for (const { identityId, until, role } of rules.roles ?? []) {
    if (until === undefined || role === "moderator") continue;
    if (until > now) {
      next = Math.min(next, until);
      continue;
    }
    const { changes } = await core.store.run(
      `INSERT INTO intents (log_id, kind, data) SELECT ?1, 'remove', ?2
       WHERE EXISTS (SELECT 1 FROM members WHERE log_id = ?1 AND identity_id = ?3 AND present = 1)
       AND NOT EXISTS (SELECT 1 FROM intents WHERE log_id = ?1 AND kind = 'remove' AND data = ?2)`,
      [logId, writeAs(removeIntent, { identityId }), toHex(identityId)],
    );
    some ||= changes > 0;
  }
  if (some) core.kick({ space: logId });
  const due = Math.min(next, now + LONGEST_WAIT);
  if (next === Number.POSITIVE_INFINITY || (space.guestsDue > now && space.guestsDue <= due))
    return;
  space.guestsDue = due;
  clock.setTimer(due - now, () => core.kick({ space: logId }));
}

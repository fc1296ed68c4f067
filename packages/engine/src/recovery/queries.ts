/** What screens show of one's own sets, and of what would be lost with this device. */
import { isWayKind, toHex } from "@baraza/protocol";
import type { VaultWay } from "@baraza/protocol";
import { listWays } from "../account/ways-store.ts";
import type { Check } from "../api.ts";
import type { Core } from "../core.ts";
import type { Candidate, Holder, HolderState, Loss, Office, Overview, TrustedSet } from "./api.ts";
import type { HolderRow, SetRow } from "./in-vault.ts";

/** After this long a way is worth practising again. */
const REHEARSE_MS = 180 * 24 * 60 * 60_000;

/** One's own sets that have not ended, newest first; a set that is being made among them. */
export async function listSets(core: Core): Promise<TrustedSet[]> {
  const rows = await core.store.all<SetRow>(
    "SELECT * FROM trusted_sets WHERE gone = 0 ORDER BY made DESC",
  );
  const { ways } = await listWays(core);
  const open = new Set(ways.map(({ id }) => toHex(id)));
  const sets = await Promise.all(rows.map((row) => shownSet(core, row, open)));
  const drafts = await core.store.all<{
    set_id: string;
    way: TrustedSet["kind"];
    made: number;
    k: number;
    space_id: string | null;
    holders: string;
  }>("SELECT set_id, way, made, k, space_id, holders FROM trusted_drafts ORDER BY made DESC");
  const making = await Promise.all(
    drafts.map(async (one): Promise<TrustedSet> => {
      const people = await Promise.all(one.holders.split(" ").map((id) => nameOf(core, id)));
      return {
        setId: one.set_id,
        kind: one.way,
        made: one.made,
        k: one.k,
        holders: people.map((who) => ({ ...who, state: "sent" as const, at: one.made })),
        stands: false,
        renew: false,
        space: await spaceOf(core, one.space_id),
        rehearsedAt: null,
      };
    }),
  );
  return [...making, ...sets];
}

/** `open`: the ways that the account has. After moving to another node, what the holders have opens nothing there. */
async function shownSet(core: Core, row: SetRow, open: ReadonlySet<string>): Promise<TrustedSet> {
  const opens = open.has(toHex(row.way_id));
  const holders = await core.store.all<HolderRow>(
    "SELECT * FROM trusted_holders WHERE set_id = ? ORDER BY position",
    [row.set_id],
  );
  const shown = await Promise.all(
    holders.map(async (one): Promise<Holder> => ({
      identityId: one.identity_id,
      name: one.name,
      address: one.address,
      state: await stateOf(core, one, row.space_id),
      at: one.at,
    })),
  );
  const rehearsed = await core.store.get<{ at: number }>(
    "SELECT at FROM rehearsals WHERE way_id = ?",
    [toHex(row.way_id)],
  );
  return {
    setId: row.set_id,
    kind: row.way,
    made: row.made,
    k: row.k,
    holders: shown,
    stands: opens && holders.filter(({ state }) => state === "held").length >= row.k,
    renew: !opens || shown.some(({ state }) => GONE.has(state)),
    space: await spaceOf(core, row.space_id),
    rehearsedAt: rehearsed?.at ?? null,
  };
}

const GONE: ReadonlySet<HolderState> = new Set(["declined", "left", "changed"]);

/** Whether a holder can still be counted upon, as far as this device's spaces tell. */
async function stateOf(
  core: Core,
  holder: HolderRow,
  spaceId: string | null,
): Promise<HolderState> {
  if (holder.state === "declined") return "declined";
  const there = await core.store.get(
    `SELECT 1 AS one FROM members m JOIN spaces s ON s.log_id = m.log_id
     WHERE m.identity_id = ? AND m.present = 1 AND s.state = 'active' AND (? IS NULL OR (m.log_id = ?2 AND m.role = 'steward'))`,
    [holder.identity_id, spaceId],
  );
  if (there !== undefined) return holder.state;
  const waiting = await core.store.get(
    "SELECT 1 AS one FROM places WHERE log_id NOT IN (SELECT log_id FROM spaces)",
  );
  // This device is not back in all spaces yet: who is missing cannot be said.
  if (waiting !== undefined) return holder.state;
  const other = await core.store.get(
    "SELECT 1 AS one FROM members WHERE address = ? AND identity_id <> ? AND present = 1",
    [holder.address, holder.identity_id],
  );
  return other === undefined ? "left" : "changed";
}

async function spaceOf(core: Core, spaceId: string | null): Promise<TrustedSet["space"]> {
  if (spaceId === null) return null;
  const row = await core.store.get<{ title: string }>("SELECT title FROM spaces WHERE log_id = ?", [
    spaceId,
  ]);
  return { spaceId, title: row?.title ?? "" };
}

async function nameOf(
  core: Core,
  identityId: string,
): Promise<Pick<Holder, "identityId" | "name" | "address">> {
  const row = await core.store.get<{ name: string; address: string }>(
    "SELECT name, address FROM members WHERE identity_id = ? ORDER BY present DESC LIMIT 1",
    [identityId],
  );
  return { identityId, name: row?.name ?? "", address: row?.address ?? "" };
}

/** People who could hold a share, those whom one has met or invited first. */
export async function listCandidates(core: Core): Promise<Candidate[]> {
  if (!core.signedIn()) return [];
  const rows = await core.store.all<{
    identity_id: string;
    name: string;
    address: string;
    state: Check | null;
  }>(
    `SELECT m.identity_id, max(m.name) AS name, max(m.address) AS address, p.state FROM members m
     JOIN spaces s ON s.log_id = m.log_id LEFT JOIN people p ON p.identity_id = m.identity_id
     WHERE m.present = 1 AND m.reply IS NOT NULL AND s.state = 'active' AND m.identity_id <> ?
     GROUP BY m.identity_id ORDER BY p.state = 'met' DESC, p.state = 'invited' DESC, name, m.identity_id`,
    [core.me().id],
  );
  return rows.map((row) => ({
    identityId: row.identity_id,
    name: row.name,
    address: row.address,
    check: row.state ?? "unchecked",
  }));
}

/** Spaces in which somebody else is a steward who can be written to. */
export async function listOffices(core: Core): Promise<Office[]> {
  if (!core.signedIn()) return [];
  const rows = await core.store.all<{
    log_id: string;
    title: string;
    identity_id: string;
    name: string;
    address: string;
    state: Check | null;
  }>(
    `SELECT s.log_id, s.title, m.identity_id, m.name, m.address, p.state FROM members m
     JOIN spaces s ON s.log_id = m.log_id LEFT JOIN people p ON p.identity_id = m.identity_id
     WHERE m.present = 1 AND m.role = 'steward' AND m.reply IS NOT NULL AND s.state = 'active' AND s.kind = 'group'
       AND m.identity_id <> ? ORDER BY s.title, s.log_id, m.name, m.identity_id`,
    [core.me().id],
  );
  const offices: Office[] = [];
  for (const row of rows) {
    const { log_id: spaceId, title, identity_id: identityId, name, address } = row;
    const steward = { identityId, name, address, check: row.state ?? "unchecked" };
    const last = offices.at(-1);
    if (last?.spaceId === spaceId) last.stewards.push(steward);
    else offices.push({ spaceId, title, stewards: [steward] });
  }
  return offices;
}

/** Whether somebody could come back by a way with no device left. */
const lasts = (way: VaultWay) => way.device === undefined && way.publicKey !== undefined;

/** What would be left, and what lost, if this device were gone now; null when nobody is signed in. */
export async function overview(core: Core): Promise<Overview | null> {
  if (!core.signedIn()) return null;
  const { ways } = await listWays(core);
  const sets = await listSets(core);
  const rehearsals = new Map(
    (await core.store.all<{ way_id: string; at: number }>("SELECT * FROM rehearsals")).map(
      (row) => [row.way_id, row.at],
    ),
  );
  const mine = toHex(core.me().device.hash);
  const shown = ways
    .filter((way) => way.device === undefined)
    .map((way) => ({
      id: toHex(way.id),
      kind: way.way,
      label: way.label ?? null,
      created: way.created,
      rehearsedAt: rehearsals.get(toHex(way.id)) ?? null,
      opens: lasts(way) && isWayKind(way.way),
    }));
  const losses = await lossesOf(core);
  return {
    ways: shown,
    otherDevices: ways.filter((way) => way.device !== undefined && toHex(way.device) !== mine)
      .length,
    sets,
    losses,
    next: nextStep(core, shown, sets, losses),
    recoveredAt: await noteOf(core, "recovered"),
  };
}

async function lossesOf(core: Core): Promise<Loss[]> {
  const losses: Loss[] = [];
  const unsent = await core.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM outbox WHERE type NOT LIKE 'space.%'",
  );
  if ((unsent?.count ?? 0) > 0) losses.push({ kind: "unsent", count: unsent?.count ?? 0 });
  // Without a good slot at its node, a space takes one back only when somebody in it is online.
  const spaces = await core.store.all<{
    log_id: string;
    title: string;
    history: string;
    slot: number;
  }>(
    `SELECT log_id, title, history, slot_secret IS NOT NULL AND slot_good = 1 AS slot FROM spaces
     WHERE state = 'active' ORDER BY title`,
  );
  const named = (list: typeof spaces) =>
    list.map((one) => ({ spaceId: one.log_id, title: one.title }));
  const forgetful = spaces.filter((one) => one.history === "none");
  if (forgetful.length > 0) losses.push({ kind: "history", spaces: named(forgetful) });
  const placeless = spaces.filter((one) => one.slot === 0);
  if (placeless.length > 0) losses.push({ kind: "place", spaces: named(placeless) });
  return losses;
}

function nextStep(
  core: Core,
  ways: Overview["ways"],
  sets: readonly TrustedSet[],
  losses: readonly Loss[],
): Overview["next"] {
  const now = core.platform.clock.now();
  // What one has to remember alone is no way back for whoever forgets it.
  const sure = ways.filter((way) => way.opens && way.kind !== "passphrase");
  if (sure.length === 0) return "addWay";
  if (sets.some((set) => set.renew)) return "renew";
  const words = ways.filter((way) => way.kind === "words");
  if (words.some((way) => (way.rehearsedAt ?? 0) < now - REHEARSE_MS)) return "rehearse";
  if (!ways.some((way) => way.kind === "people")) return "people";
  return losses.some((one) => one.kind === "unsent") ? "send" : null;
}

async function noteOf(core: Core, name: string): Promise<number | null> {
  const row = await core.store.get<{ at: number }>("SELECT at FROM recovery_notes WHERE name = ?", [
    name,
  ]);
  return row?.at ?? null;
}

export async function dismissNudge(core: Core): Promise<void> {
  await core.store.run("INSERT OR REPLACE INTO recovery_notes VALUES ('dismissed', ?)", [
    core.platform.clock.now(),
  ]);
}

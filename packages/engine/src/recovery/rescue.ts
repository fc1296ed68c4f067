/**
 * Asking trusted people for help: a request with a key of its own, a link to pass on, and what comes back. Everything is in
 * the store before it is sent, so that it goes on after a closed tab, a dead node or some days.
 */
import {
  CryptoError,
  identityIdOf,
  randomBytes,
  readIdentity,
  sha256,
  wayKeys,
} from "@baraza/crypto";
import type { VerifiedShare } from "@baraza/crypto/recovery";
import {
  asRehearsal,
  combineShares,
  createRescueKey,
  openHelp,
  rescueCode,
  rescueKeys,
  rescueReader,
  sameSet,
  sealRescue,
  verifyShare,
} from "@baraza/crypto/recovery";
import type { Bytes, RescueRequest } from "@baraza/protocol";
import {
  accountName,
  encodeCbor,
  encodeHelpFragment,
  equalBytes,
  LIMITS,
  nodeName,
  ProtocolError,
  readAs,
  rescueRequest,
  toHex,
} from "@baraza/protocol";
import * as v from "valibot";
import { signInWith } from "../account/sign-in.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { HelpVerdict, Rescue } from "./api.ts";
import { tryOut } from "./rehearse.ts";

export type RescueRow = {
  rescue_id: string;
  secret: Bytes;
  read_secret: Bytes;
  private_key: Bytes;
  request: Bytes;
  sealed: Bytes;
  created: number;
  expires: number;
  opened: number;
  outdated: number;
};
type HelpRow = { item: string; sender: string | null; name: string; address: string; share: Bytes };

/**
 * Asks for help with the account of an address, at the node that this device is at.
 * @throws EngineError `invalid` (no address), `other_node` with that node, `no_account`, `signed_in`; ProtocolError without a line
 */
export async function begin(core: Core, address: string): Promise<{ rescueId: string }> {
  if (core.signedIn()) throw new EngineError("signed_in");
  const [name = "", node] = address.trim().toLowerCase().replace(/^@/, "").split("@", 2);
  const policy = await core.own.call("accounts.policy", {});
  if (!v.is(accountName, name) || (node !== undefined && !v.is(nodeName, node)))
    throw new EngineError("invalid", { data: { field: "address" } });
  if (node !== undefined && node !== policy.node)
    throw new EngineError("other_node", { data: { node } });
  let identityId: Bytes;
  try {
    const found = await core.own.call("identity.lookup", { name });
    identityId = identityIdOf(await readIdentity(found.identity));
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "not_found")
      throw new EngineError("no_account", { cause: error });
    throw error;
  }
  return open(core, { name, node: policy.node, identityId });
}

/** The same to practise, on a device that has its account. */
export async function practise(core: Core): Promise<{ rescueId: string }> {
  const { name, node, identityId, device } = core.me();
  return open(core, { name, node, identityId }, device);
}

async function open(
  core: Core,
  whose: Pick<RescueRequest, "name" | "node" | "identityId">,
  rehearsing?: Parameters<typeof asRehearsal>[1],
): Promise<{ rescueId: string }> {
  const { publicKey, privateKey } = await createRescueKey();
  const secret = randomBytes(32);
  const now = core.platform.clock.now();
  const asked: RescueRequest = { v: 1, ...whose, publicKey, at: now };
  const request = rehearsing === undefined ? asked : await asRehearsal(asked, rehearsing);
  const rescueId = toHex(randomBytes(8));
  await core.store.run("INSERT INTO rescues VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)", [
    rescueId,
    secret,
    randomBytes(32),
    privateKey,
    encodeCbor(request),
    await sealRescue(secret, request),
    now,
    now + LIMITS.dropMs,
  ]);
  await look(core, rescueId).catch((error: unknown) => {
    // Without a line it is opened at the next look.
    if (!(error instanceof ProtocolError)) throw error;
  });
  return { rescueId };
}

/** Opens the drop place where that has not been done (or the node had to make room), and stores what was left in it. */
export async function look(core: Core, rescueId: string): Promise<void> {
  const row = await rescueOf(core, rescueId);
  const { dropId } = rescueKeys(row.secret);
  if (row.expires < core.platform.clock.now()) return;
  if (row.opened === 0) await openDrop(core, row, dropId);
  let found: { items: Bytes[] };
  try {
    found = await core.own.call("recovery.get", { dropId, secret: row.read_secret });
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== "not_found") throw error;
    return openDrop(core, row, dropId);
  }
  const request = requestOf(row);
  const opened: (Omit<HelpRow, "item"> & { id: string })[] = [];
  for (const item of found.items) {
    const id = toHex(sha256(item));
    const known = await core.store.get(
      "SELECT 1 AS one FROM rescue_helps WHERE rescue_id = ? AND item = ?",
      [rescueId, id],
    );
    if (known !== undefined) continue;
    try {
      const { secret, private_key: privateKey } = row;
      const help = await openHelp({ secret, request, privateKey, item });
      const { name, address } = help.profile;
      opened.push({ id, sender: toHex(help.sender.identityId), name, address, share: help.share });
    } catch (error) {
      // Rubbish that anybody with the link can leave: nobody's, so nobody is named.
      if (!(error instanceof CryptoError)) throw error;
      opened.push({ id, sender: null, name: "", address: "", share: new Uint8Array() });
    }
  }
  if (opened.length === 0) return;
  await core.store.transaction((tx) => {
    let position =
      tx.get<{ n: number }>("SELECT count(*) AS n FROM rescue_helps WHERE rescue_id = ?", [
        rescueId,
      ])?.n ?? 0;
    for (const one of opened)
      tx.run("INSERT OR IGNORE INTO rescue_helps VALUES (?, ?, ?, ?, ?, ?, ?)", [
        rescueId,
        one.id,
        position++,
        one.sender,
        one.name,
        one.address,
        one.share,
      ]);
  });
}

async function openDrop(core: Core, row: RescueRow, dropId: Bytes): Promise<void> {
  const reader = rescueReader(row.read_secret);
  const { expires } = await core.own.call("recovery.open", { dropId, reader, request: row.sealed });
  await core.store.run("UPDATE rescues SET opened = 1, expires = ? WHERE rescue_id = ?", [
    expires,
    row.rescue_id,
  ]);
}

/** Gives a request up, here and at the node where it can be reached. */
export async function cancel(core: Core, rescueId: string): Promise<void> {
  const row = await core.store.get<RescueRow>("SELECT * FROM rescues WHERE rescue_id = ?", [
    rescueId,
  ]);
  await core.store.batch([
    ["DELETE FROM rescues WHERE rescue_id = ?", [rescueId]],
    ["DELETE FROM rescue_helps WHERE rescue_id = ?", [rescueId]],
  ]);
  if (row === undefined) return;
  const { dropId } = rescueKeys(row.secret);
  await core.own
    .call("recovery.close", { dropId, secret: row.read_secret })
    .catch((error: unknown) => {
      // It ends by itself.
      if (!(error instanceof ProtocolError)) throw error;
    });
}

/** What became of each thing that was left, and the sets that the good ones belong to, newest first. */
export type Judged = {
  helps: { sender: string; name: string; address: string; verdict: HelpVerdict }[];
  sets: VerifiedShare[][];
};

/**
 * Checks each share by itself: its owner's signature, whose account it is for, whether it was given by its holder. Only
 * shares of one set count together; of several sets the one made last is the one that is expected to open.
 */
export async function judge(core: Core, rescueId: string): Promise<Judged> {
  const request = requestOf(await rescueOf(core, rescueId));
  const rows = await core.store.all<HelpRow>(
    "SELECT item, sender, name, address, share FROM rescue_helps WHERE rescue_id = ? AND sender IS NOT NULL ORDER BY position",
    [rescueId],
  );
  const sets: VerifiedShare[][] = [];
  const checked: (Judged["helps"][number] & { share?: VerifiedShare })[] = [];
  for (const row of rows) {
    const { sender, name, address } = row;
    const one = { sender: sender ?? "", name, address };
    let share: VerifiedShare;
    try {
      share = await verifyShare(row.share);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      checked.push({ ...one, verdict: "altered" });
      continue;
    }
    if (!equalBytes(share.ownerId, request.identityId) || toHex(share.holder) !== sender) {
      checked.push({ ...one, verdict: "foreign" });
      continue;
    }
    const set = sets.find(([first]) => first !== undefined && sameSet(first, share));
    if (set === undefined) sets.push([share]);
    else if (set.some((other) => equalBytes(other.holder, share.holder))) {
      checked.push({ ...one, verdict: "again" });
      continue;
    } else set.push(share);
    checked.push({ ...one, verdict: "good", share });
  }
  sets.sort((a, b) => (b[0]?.made ?? 0) - (a[0]?.made ?? 0));
  const current = (share: VerifiedShare) =>
    sets.find(([first]) => first?.way === share.way)?.[0]?.made === share.made;
  return {
    sets,
    helps: checked.map(({ share, ...one }) =>
      share === undefined || current(share) ? one : { ...one, verdict: "old" },
    ),
  };
}

/** The sets that have enough, newest first; each is one secret, so there is nothing to try out. */
const ready = (sets: readonly VerifiedShare[][]) =>
  sets.filter((set) => set.length >= (set[0]?.k ?? Infinity));

/**
 * Puts the secret together and opens the account with it; for a rehearsal, finds out that it opens.
 * @throws EngineError `too_few`; `wrong_way` when it opens nothing any more; `unverified`; ProtocolError without a line
 */
export async function finish(core: Core, rescueId: string): Promise<void> {
  const row = await rescueOf(core, rescueId);
  const { name, rehearsal } = requestOf(row);
  const { sets } = await judge(core, rescueId);
  const enough = ready(sets);
  if (enough.length === 0) throw new EngineError("too_few");
  for (const set of enough) {
    const way = set[0]?.way ?? "people";
    try {
      const secret = await combineShares(set, async (one) => (await wayKeys(way, one)).publicKey);
      if (rehearsal !== undefined) await tryOut(core, way, secret);
      else await comeBack(core, { name, way, secret });
      return await cancel(core, rescueId);
    } catch (error) {
      const dead =
        (error instanceof EngineError && error.code === "wrong_way") ||
        (error instanceof CryptoError && error.code === "open_failed");
      if (!dead) throw error;
    }
  }
  await core.store.run("UPDATE rescues SET outdated = 1 WHERE rescue_id = ?", [rescueId]);
  throw new EngineError("wrong_way");
}

async function comeBack(
  core: Core,
  args: { name: string; way: "people" | "organisation"; secret: Bytes },
): Promise<void> {
  await signInWith(core, args);
  await core.store.run("INSERT OR REPLACE INTO recovery_notes VALUES ('recovered', ?)", [
    core.platform.clock.now(),
  ]);
}

/** Requests that this device has made, newest first. */
export async function listRescues(core: Core): Promise<Rescue[]> {
  const rows = await core.store.all<RescueRow>("SELECT * FROM rescues ORDER BY created DESC");
  return Promise.all(rows.map((row) => shownRescue(core, row)));
}

async function shownRescue(core: Core, row: RescueRow): Promise<Rescue> {
  const request = requestOf(row);
  const { helps, sets } = await judge(core, row.rescue_id);
  const enough = ready(sets);
  const best = enough[0] ?? sets.toSorted((a, b) => b.length - a.length)[0];
  const fragment = encodeHelpFragment({ node: request.node, secret: row.secret });
  const expired = row.expires < core.platform.clock.now();
  return {
    rescueId: row.rescue_id,
    address: `${request.name}@${request.node}`,
    link: `/help#${fragment}`,
    code: rescueCode(row.secret, request),
    created: row.created,
    expires: row.expires,
    opened: row.opened === 1,
    rehearsal: request.rehearsal !== undefined,
    helpers: helps.map(({ name, address, verdict }) => ({ name, address, verdict })),
    have: best?.length ?? 0,
    need: best?.[0]?.k ?? null,
    state:
      row.outdated === 1
        ? "outdated"
        : enough.length > 0
          ? "ready"
          : expired
            ? "expired"
            : "asking",
  };
}

async function rescueOf(core: Core, rescueId: string): Promise<RescueRow> {
  const row = await core.store.get<RescueRow>("SELECT * FROM rescues WHERE rescue_id = ?", [
    rescueId,
  ]);
  if (row === undefined) throw new EngineError("invalid", { data: { field: "rescueId" } });
  return row;
}

function requestOf(row: RescueRow): RescueRequest {
  return readAs(rescueRequest, row.request, LIMITS.requestBytes);
}

/** What administrators do with their node, and what everybody does with invitations: loaded when it is first asked for. */
import { randomBytes } from "@baraza/crypto";
import type { AccountEntry, Bytes, CheckedRequestOf, ResponseOf } from "@baraza/protocol";
import { check, fromHex, LIMITS, text, toBase64url, toHex } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { AdminCommands, Invitee, NodeAccount, NodeInvitation } from "./api.ts";
import { openInvitee, sealInvitees } from "./labels.ts";

export {
  handOver,
  listDepartures,
  listHandOver,
  setOrganisation,
  tendHandOvers,
} from "./hand-over.ts";
export { readJournal } from "./journal.ts";

type Run<N extends keyof AdminCommands> = (
  core: Core,
  args: Parameters<AdminCommands[N]>[0],
) => ReturnType<AdminCommands[N]>;

const DAY = 24 * 60 * 60_000;

const optionalText = (max: number) => v.optional(text(max));
const inviteArgs = v.object({
  batchId: v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/)),
  days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365)),
  uses: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  people: v.pipe(
    v.array(
      v.object({
        name: text(200),
        address: optionalText(200),
        language: optionalText(35),
        note: optionalText(400),
      }),
    ),
    v.minLength(1),
    v.maxLength(LIMITS.invitationsAtOnce),
  ),
});

type Batched = { code: Bytes; label: Bytes; invitee: string; expires: number; uses: number };

/**
 * Makes one invitation each. What is to be made is stored first: after a cut line or a closed tab the same batch goes on with
 * the same codes, and the node takes each code once. @throws ProtocolError `quota_exceeded`, `forbidden`
 */
export const invite: Run<"admin.invite"> = async (core, args) => {
  const { batchId, days, uses, people } = checked(inviteArgs, args);
  const now = core.platform.clock.now();
  if ((await batchOf(core, batchId)).length === 0) {
    const codes = people.map((invitee) => ({ code: randomBytes(16), invitee }));
    const labels = await sealInvitees(core, codes);
    await core.store.transaction((tx) => {
      for (const [place, { code, invitee }] of codes.entries())
        tx.run("INSERT OR IGNORE INTO invitation_batches VALUES (?, ?, ?, ?, ?, ?, ?)", [
          batchId,
          place,
          code,
          labels[place] ?? new Uint8Array(),
          JSON.stringify(invitee),
          now + days * DAY,
          uses,
        ]);
    });
  }
  const batch = await batchOf(core, batchId);
  await core.own.call("invitations.create", {
    invitations: batch.map((one) => ({
      invitation: one.code,
      expires: one.expires,
      uses: one.uses,
      kind: "person",
      // A single link that was made without a name carries none.
      ...(one.invitee === NOBODY ? {} : { label: one.label }),
    })),
  });
  // Batches of long ago have served their purpose.
  await core.store.run("DELETE FROM invitation_batches WHERE batch <> ? AND expires < ?", [
    batchId,
    now,
  ]);
  return {
    invitations: batch.map((one) => ({
      invitation: toBase64url(one.code),
      expires: one.expires,
      invitee: JSON.parse(one.invitee) as Invitee,
    })),
  };
};

const NOBODY = JSON.stringify({ name: "" });

function batchOf(core: Core, batchId: string): Promise<Batched[]> {
  return core.store.all<Batched>(
    "SELECT code, label, invitee, expires, uses FROM invitation_batches WHERE batch = ? ORDER BY place",
    [batchId],
  );
}

export const invitations: Run<"admin.invitations"> = async (core, args) => {
  const { kind, everybody, before } = args;
  const answer = await core.own.call("invitations.list", {
    kind,
    ...(everybody === undefined ? {} : { everybody }),
    ...(before === undefined ? {} : { before }),
  });
  const now = core.platform.clock.now();
  return {
    more: answer.more,
    invitations: await Promise.all(answer.invitations.map((one) => shown(core, one, now))),
  };
};

async function shown(
  core: Core,
  one: ResponseOf<"invitations.list">["invitations"][number],
  now: number,
): Promise<NodeInvitation> {
  const { id, invitation, label, by = null, number, created, expires } = one;
  const { uses, usesLeft, revoked, usedBy } = one;
  const state = usesLeft === 0 ? "used" : revoked ? "revoked" : expires <= now ? "expired" : "open";
  const mine = invitation !== undefined && label !== undefined;
  return {
    id: toHex(id),
    number,
    invitation: invitation === undefined ? null : toBase64url(invitation),
    invitee: mine ? await openInvitee(core, invitation, label) : null,
    by,
    created,
    expires,
    uses,
    usesLeft,
    usedBy,
    state,
  };
}

export const revoke: Run<"admin.revoke"> = async (core, { ids }) => {
  await core.own.call("invitations.revoke", { ids: ids.map(fromHex) });
};

export const accounts: Run<"admin.accounts"> = async (core, { search, show, after }) => {
  const request: CheckedRequestOf<"admin.accounts"> = {
    ...(search === undefined ? {} : { search: search.normalize("NFC").trim() }),
    ...(show === undefined ? {} : { show }),
    ...(after === undefined ? {} : { after }),
  };
  const answer = await core.own.call("admin.accounts", request);
  const { total, more } = answer;
  return { accounts: answer.accounts.map(accountOf), total, more };
};

export const account: Run<"admin.account"> = async (core, { name }) =>
  accountOf(await core.own.call("admin.account", { name }));

export const setRole: Run<"admin.setRole"> = async (core, { name, role }) =>
  accountOf(await core.own.call("admin.role", { name, role }));

export const suspend: Run<"admin.suspend"> = async (core, { name, suspended }) =>
  accountOf(await core.own.call("admin.suspend", { name, suspended }));

export const setLimits: Run<"admin.setLimits"> = async (core, { name, limits }) => {
  const { letters, invitations: invites, spaces } = limits;
  const given = {
    ...(letters === undefined ? {} : { letters }),
    ...(invites === undefined ? {} : { invitations: invites }),
    ...(spaces === undefined ? {} : { spaces }),
  };
  return accountOf(await core.own.call("admin.limits", { name, limits: given }));
};

export const setLeaving: Run<"admin.setLeaving"> = async (core, { name, at }) =>
  accountOf(await core.own.call("admin.leave", { name, ...(at === null ? {} : { at }) }));

function accountOf(entry: AccountEntry): NodeAccount {
  const { name, role, since, lastUse, letters, vault, devices, suspended, leaves, closed } = entry;
  const dayOf = (day: number | undefined) => (day === undefined ? null : day * DAY);
  const { letters: most, invitations: invites, spaces } = entry.limits;
  return {
    name,
    role,
    since: dayOf(since),
    lastUse: dayOf(lastUse),
    letters,
    vault,
    devices,
    suspended: suspended ?? null,
    leaves: leaves ?? null,
    closed,
    limits: { letters: most, invitations: invites, spaces },
  };
}

/** @throws EngineError `invalid` */
function checked<S extends v.GenericSchema>(schema: S, args: unknown): v.InferOutput<S> {
  try {
    return check(schema, args);
  } catch (cause) {
    throw new EngineError("invalid", { cause });
  }
}

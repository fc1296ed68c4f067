/** Helping somebody who lost everything: reading their request, and giving the share that one holds, after speaking with them. */
import { CryptoError } from "@baraza/crypto";
import { openRescue, rehearsalBy, rescueCode, rescueKeys, sealHelp } from "@baraza/crypto/recovery";
import type { HelpLink, RescueRequest } from "@baraza/protocol";
import {
  decodeHelpFragment,
  equalBytes,
  LIMITS,
  ProtocolError,
  readAs,
  share as shareSchema,
  toHex,
  utf8,
} from "@baraza/protocol";
import { openTheirs } from "../account/ways-store.ts";
import type { Core } from "../core.ts";
import { deviceCounts } from "../devices/standing.ts";
import { EngineError } from "../errors.ts";
import type { HeldShare, HelpRequest } from "./api.ts";
import type { HeldRow } from "./in-vault.ts";
import { takeOver } from "./in-vault.ts";
import { keepRecovery } from "./index.ts";

/** Wrong digits that one may type for a request: with six of them, guessing stays hopeless. */
const TRIES = 5;

/** What a link asks for. @throws EngineError `link_invalid`, `link_expired`, `offline`, `signed_out` */
export async function readRequest(core: Core, link: string): Promise<HelpRequest> {
  core.me();
  const { request } = await fetchRequest(core, link);
  const [held] = await heldFor(core, request);
  return {
    address: `${request.name}@${request.node}`,
    at: request.at,
    rehearsal: request.rehearsal !== undefined,
    held: held === undefined ? null : shownOf(held),
  };
}

/**
 * Gives what one holds to whoever made the request, once the digits that they read out were typed.
 * @throws EngineError `wrong_code` with how many tries are left, `nothing_held`, `link_invalid`, `link_expired`, `offline`
 */
export async function help(core: Core, args: { link: string; code: string }): Promise<void> {
  const me = core.me();
  const { link, request } = await fetchRequest(core, args.link);
  const { dropId } = rescueKeys(link.secret);
  const held = await heldFor(core, request);
  if (held.length === 0) throw new EngineError("nothing_held");
  await checkCode(core, toHex(dropId), args.code, rescueCode(link.secret, request));
  for (const { share } of held) {
    if (share === null) continue;
    const item = await sealHelp({
      secret: link.secret,
      request,
      share,
      from: me.device,
      profile: me.profile,
    });
    await reach(() => core.remote.call(request.node, "recovery.put", { dropId, item }));
  }
}

async function checkCode(core: Core, dropId: string, typed: string, code: string): Promise<void> {
  const row = await core.store.get<{ wrong: number }>(
    "SELECT wrong FROM help_tries WHERE drop_id = ?",
    [dropId],
  );
  const wrong = row?.wrong ?? 0;
  if (wrong >= TRIES) throw new EngineError("wrong_code", { data: { left: 0 } });
  if (equalBytes(utf8(digitsOf(typed)), utf8(code))) return;
  await core.store.run("INSERT OR REPLACE INTO help_tries VALUES (?, ?, ?)", [
    dropId,
    wrong + 1,
    core.platform.clock.now(),
  ]);
  throw new EngineError("wrong_code", { data: { left: TRIES - wrong - 1 } });
}

/** Digits of any script as ASCII, without what people put between them. */
function digitsOf(text: string): string {
  const zeros = [0x0030, 0x0660, 0x06f0, 0x0966, 0x09e6];
  return Array.from(text)
    .map((one) => {
      const point = one.codePointAt(0) ?? 0;
      const zero = zeros.find((from) => point >= from && point <= from + 9);
      return zero === undefined ? "" : String(point - zero);
    })
    .join("");
}

/** The request behind a link (a path, a whole address or the fragment alone). */
async function fetchRequest(
  core: Core,
  text: string,
): Promise<{ link: HelpLink; request: RescueRequest }> {
  let link: HelpLink;
  try {
    link = decodeHelpFragment(text);
  } catch (cause) {
    throw new EngineError("link_invalid", { cause });
  }
  const { dropId } = rescueKeys(link.secret);
  const { request: sealed } = await reach(() =>
    core.remote.call(link.node, "recovery.see", { dropId }),
  );
  try {
    const request = await openRescue(link.secret, sealed);
    // The link says at which node: another one's request does not belong behind it.
    if (request.node !== link.node) throw new CryptoError("bad_share");
    // "It is only practice" is what somebody would say who wants the share: a device of the account has to have signed it.
    const device = await rehearsalBy(request);
    if (device !== null) {
      const { identityId, certificate } = device;
      if (!(await deviceCounts(core, toHex(identityId), certificate)))
        throw new CryptoError("bad_share");
    }
    return { link, request };
  } catch (error) {
    if (error instanceof CryptoError) throw new EngineError("link_invalid", { cause: error });
    throw error;
  }
}

async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === "not_found") throw new EngineError("link_expired", { cause: error });
    if (error.code === "box_full" || error.code === "rate_limited") throw error;
    throw new EngineError("offline", { cause: error });
  }
}

/** What one holds for whoever asks: from the store, else from the vault, into which another device may have put it. */
async function heldFor(core: Core, request: RescueRequest): Promise<HeldRow[]> {
  const owner = toHex(request.identityId);
  const find = () =>
    core.store.all<HeldRow>(
      "SELECT * FROM held_shares WHERE owner = ? AND share IS NOT NULL ORDER BY made DESC",
      [owner],
    );
  const here = await find();
  if (here.length > 0) return here;
  await refresh(core).catch((error: unknown) => {
    // Without a line there is what is here.
    if (!(error instanceof ProtocolError)) throw error;
  });
  return find();
}

/**
 * Takes over what the account's other devices have put into the vault: a letter is read by the first device that finds it,
 * so the others learn of a holder's answer only there.
 */
export async function refresh(core: Core): Promise<void> {
  const sealed = await core.own.call("vault.get", {});
  const { vault, ours } = await openTheirs(core, sealed.vault);
  if (ours) await core.store.transaction((tx) => keepRecovery(tx, vault));
  await takeOver(core);
}

/** What one holds for others, newest first. */
export async function listHeld(core: Core): Promise<HeldShare[]> {
  const rows = await core.store.all<HeldRow>(
    "SELECT * FROM held_shares WHERE share IS NOT NULL ORDER BY made DESC",
  );
  return rows.flatMap((row) => shownOf(row) ?? []);
}

function shownOf(row: HeldRow): HeldShare | null {
  if (row.share === null) return null;
  const { profile, k, n, made, way } = readAs(shareSchema, row.share, LIMITS.recordBytes);
  return {
    owner: row.owner,
    name: profile.name,
    address: profile.address,
    since: made,
    kind: way,
    k,
    n,
  };
}

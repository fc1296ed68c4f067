/** Links by which people outside download files: made, changed, ended. */
import { randomBytes } from "@baraza/crypto";
import { accessHash, handoutAccess, handoutSecrets, sealManifest } from "@baraza/crypto/sharing";
import { fromHex, LIMITS, ProtocolError, text, time, toHex, uint } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { vaultChanged } from "../recovery/in-vault.ts";
import { needSpace } from "../spaces/runtime.ts";
import { reading } from "../spaces/sync.ts";
import type { SharingCommands } from "./api.ts";
import { filesToShare } from "./from-files.ts";
import type { HandoutRow } from "./rows.ts";
import { handoutLink, handoutRow } from "./rows.ts";

type Arguments<N extends keyof SharingCommands> = Parameters<SharingCommands[N]>[0];
type Result<N extends keyof SharingCommands> = ReturnType<SharingCommands[N]>;

/** Signs of a passphrase; the node lets nobody try more than twenty. */
const LEAST = 8;
const MOST = 200;

const takes = v.nullable(v.pipe(uint(LIMITS.handoutTakes), v.minValue(1)));
const wish = v.object({
  spaceId: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  title: text(LIMITS.handoutTitleLength),
  fileIds: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(LIMITS.handoutFiles)),
  passphrase: v.nullable(v.pipe(v.string(), v.maxLength(MOST))),
  expires: time,
  takes,
});

/** Makes a link. The row is there before the node is asked: what a crash leaves behind is taken back by {@link refresh}. */
export async function createLink(
  core: Core,
  args: Arguments<"sharing.create">,
): Result<"sharing.create"> {
  const asked = v.safeParse(wish, args);
  if (!asked.success) throw new EngineError("invalid");
  const { spaceId, fileIds, passphrase, expires } = asked.output;
  if (passphrase !== null && passphrase.length < LEAST) throw new EngineError("too_weak");
  const space = await needSpace(core, spaceId);
  const files = await filesToShare(core, spaceId, fileIds);
  const seed = randomBytes(32);
  const { secret, owner } = handoutSecrets(seed);
  const access = await handoutAccess(secret, passphrase);
  const sealed = await sealManifest(access, { v: 1, title: args.title, files });
  if (sealed.length > LIMITS.handoutManifestBytes) throw new EngineError("too_large");
  const row: HandoutRow = {
    handout_id: toHex(access.handoutId),
    seed,
    space_id: spaceId,
    hub: space.row.hub,
    title: args.title,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    passphrase: passphrase === null ? 0 : 1,
    made: core.platform.clock.now(),
    expires,
    takes: args.takes,
    state: "making",
    taken: 0,
    tries: 0,
    checked: 0,
    chosen: JSON.stringify(fileIds.slice(0, LIMITS.vaultShareFiles)),
  };
  await core.store.transaction((tx) => {
    tx.run(
      "INSERT INTO handouts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      Object.values(row),
    );
  });
  try {
    await reading(core, space, (token) =>
      core.remote.call(row.hub, "handouts.create", {
        logId: space.id,
        token,
        handoutId: access.handoutId,
        reader: accessHash(access.reader),
        owner: accessHash(owner),
        manifest: sealed,
        blobIds: files.map(({ blobId }) => blobId),
        expires,
        ...(row.takes === null ? {} : { takes: row.takes }),
      }),
    );
  } catch (error) {
    // Of a node that did not answer one does not know whether it has it: that is asked for later.
    if (error instanceof ProtocolError && error.code !== "unavailable" && error.code !== "timeout")
      await core.store.run("DELETE FROM handouts WHERE handout_id = ?", [row.handout_id]);
    throw error;
  }
  await core.store.transaction((tx) => {
    tx.run("UPDATE handouts SET state = 'open' WHERE handout_id = ?", [row.handout_id]);
    vaultChanged(tx);
  });
  core.kick({ vault: true });
  return { linkId: row.handout_id, link: handoutLink(row) };
}

const change = v.object({
  linkId: v.string(),
  expires: v.optional(time),
  takes: v.optional(takes),
  unlock: v.optional(v.boolean()),
});

export async function changeLink(core: Core, args: Arguments<"sharing.change">): Promise<void> {
  if (!v.is(change, args)) throw new EngineError("invalid");
  const { linkId, expires, unlock } = args;
  const row = await handoutRow(core, linkId);
  const { owner } = handoutSecrets(row.seed);
  await core.remote.call(row.hub, "handouts.change", {
    handoutId: fromHex(linkId),
    owner,
    ...(expires === undefined ? {} : { expires }),
    ...(args.takes === undefined ? {} : { takes: args.takes }),
    ...(unlock === undefined ? {} : { unlock }),
  });
  await core.store.transaction((tx) => {
    tx.run("UPDATE handouts SET expires = ?, takes = ? WHERE handout_id = ?", [
      expires ?? row.expires,
      args.takes === undefined ? row.takes : args.takes,
      linkId,
    ]);
    vaultChanged(tx);
  });
  await refreshLink(core, await handoutRow(core, linkId));
  core.kick({ vault: true });
}

/** Ends a link at the node, then here: a node that does not answer leaves it as it is, and the person is told. */
export async function revokeLink(core: Core, linkId: string): Promise<void> {
  const row = await handoutRow(core, linkId);
  await endAtHub(core, row);
  await core.store.transaction((tx) => {
    tx.run("UPDATE handouts SET state = 'gone' WHERE handout_id = ?", [linkId]);
    vaultChanged(tx);
  });
  core.kick({ vault: true });
}

/** Takes a link back whose making was cut off: nobody has it. */
export async function takeBack(core: Core, row: HandoutRow): Promise<void> {
  await endAtHub(core, row);
  await core.store.run("DELETE FROM handouts WHERE handout_id = ?", [row.handout_id]);
}

/** How a link stands at its node. */
export async function refreshLink(core: Core, row: HandoutRow): Promise<void> {
  const { owner } = handoutSecrets(row.seed);
  const handoutId = fromHex(row.handout_id);
  try {
    const now = await core.remote.call(row.hub, "handouts.state", { handoutId, owner });
    await core.store.run(
      `UPDATE handouts SET state = ?, expires = ?, takes = ?, taken = ?, tries = ?, checked = ?
       WHERE handout_id = ? AND state <> 'gone'`,
      [
        now.state,
        now.expires,
        now.takes,
        now.taken,
        now.tries,
        core.platform.clock.now(),
        row.handout_id,
      ],
    );
  } catch (error) {
    if (!isGone(error)) throw error;
    await core.store.run("UPDATE handouts SET state = 'gone' WHERE handout_id = ?", [
      row.handout_id,
    ]);
  }
}

async function endAtHub(core: Core, row: HandoutRow): Promise<void> {
  const { owner } = handoutSecrets(row.seed);
  const handoutId = fromHex(row.handout_id);
  await core.remote
    .call(row.hub, "handouts.end", { handoutId, owner })
    .catch((error: unknown) => (isGone(error) ? undefined : Promise.reject(error as Error)));
}

export function isGone(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === "not_found";
}

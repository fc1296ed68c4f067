/** Keeping the sealed vault at the node true: identity, box keys, and what is needed to come back into every space. */
import { openVault, readVaultWraps, sealVault, vaultHash } from "@baraza/crypto";
import type { Bytes, Reply, Vault } from "@baraza/protocol";
import {
  check,
  decodeCbor,
  encodeCbor,
  fromHex,
  LIMITS,
  ProtocolError,
  readAs,
  reply,
  vaultWrap,
} from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { keepBoxKeys } from "./box-keys.ts";
import { deviceReply } from "./boxes.ts";
import { keepPlaces, otherPlaces } from "./places.ts";
import type { AccountRow } from "./session.ts";

/** The next version of the vault, from what the store holds. */
export async function nextVault(core: Core): Promise<Vault> {
  const me = core.me();
  const row = await core.store.get<AccountRow>("SELECT * FROM account");
  const keys = await core.store.all<{ record: Bytes; private_key: Bytes }>(
    "SELECT record, private_key FROM box_keys ORDER BY seq",
  );
  const spaces = await core.store.all<{
    log_id: string;
    hub: string;
    hub_key: Bytes;
    title: string;
    gen: number;
    seq: number;
    head: Bytes;
  }>("SELECT log_id, hub, hub_key, title, gen, seq, head FROM spaces WHERE state = 'active'");
  const nodes = await core.store.all<{ name: string; node_key: Bytes }>(
    "SELECT name, node_key FROM nodes ORDER BY name LIMIT 500",
  );
  const listed = [];
  const here = await cachedReply(core);
  for (const space of spaces) {
    const contacts = await core.store.all<{ reply: Bytes }>(
      `SELECT reply FROM members WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND identity_id <> ?
       ORDER BY role = 'steward' DESC, seen_seq DESC LIMIT 3`,
      [space.log_id, me.id],
    );
    listed.push({
      logId: fromHex(space.log_id),
      hub: space.hub,
      hubKey: space.hub_key,
      title: space.title,
      seen: { gen: space.gen, seq: space.seq, head: space.head },
      // This device first: another one of the same person need not trouble anybody else.
      contacts: [...here, ...contacts.map((one) => readAs(reply, one.reply))],
    });
  }
  return {
    v: 1,
    version: (row?.vault_version ?? 0) + 1,
    prevHash: row?.vault_hash ?? new Uint8Array(32),
    identity: me.identity,
    identityKey: me.identityKey,
    profile: me.profile,
    boxKeys: keys.map((one) => ({ record: one.record, privateKey: one.private_key })),
    spaces: [...listed, ...(await otherPlaces(core))],
    nodes: nodes.map((one) => ({ name: one.name, nodeKey: one.node_key })),
  };
}

/** One address of this device for one's other devices, made once. */
async function cachedReply(core: Core): Promise<Reply[]> {
  const row = await core.store.get<{ reply: Bytes | null }>("SELECT reply FROM device_boxes");
  if (row?.reply) return [readAs(reply, row.reply)];
  const made = await deviceReply(core);
  await core.store.run("UPDATE device_boxes SET reply = ?", [encodeCbor(made)]);
  return [made];
}

/** Puts the vault when something in it changed. Another device's newer version is taken as the base, and ours put on top. */
export async function tendVault(core: Core): Promise<void> {
  const row = await core.store.get<AccountRow>("SELECT * FROM account");
  if (row === undefined || row.vault_dirty === 0) return;
  const wraps = v.parse(v.array(vaultWrap), decodeCbor(row.vault_wraps));
  const vault = await nextVault(core);
  try {
    await core.own.call("vault.put", {
      vault: await sealVault(row.vault_key, wraps, vault),
      version: vault.version,
    });
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== "vault_conflict") throw error;
    await rebase(core, row.vault_key);
    return tendVault(core);
  }
  await core.store.run(
    "UPDATE account SET vault_version = ?, vault_hash = ?, vault_dirty = max(0, vault_dirty - ?)",
    [vault.version, vaultHash(vault), row.vault_dirty],
  );
}

async function rebase(core: Core, vaultKey: Bytes): Promise<void> {
  const answer = await core.own.call("vault.get", {});
  if (answer.vault.length > LIMITS.vaultBytes) throw new ProtocolError("too_large");
  const theirs = await openVault(vaultKey, answer.vault);
  check(v.object({ version: v.literal(answer.version) }), { version: theirs.version });
  await core.store.transaction((tx) => {
    keepBoxKeys(tx, theirs, core.platform.clock.now());
    keepPlaces(tx, theirs.spaces);
    tx.run("UPDATE account SET vault_version = ?, vault_hash = ?, vault_wraps = ?", [
      theirs.version,
      vaultHash(theirs),
      encodeCbor(readVaultWraps(answer.vault)),
    ]);
  });
}

/** Practising the way back: what was typed or given really opens the vault as it lies at the node now, and nothing changes. */
import { CryptoError, openVault, readVaultWraps, wayKeys } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { equalBytes, toHex } from "@baraza/protocol";
import { listWays, openByWay } from "../account/ways-store.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { noteRehearsal, vaultChanged } from "./in-vault.ts";

/** The words of a sheet, as somebody typed or scanned them. @throws EngineError `words_wrong`, `wrong_way` */
export async function rehearseWords(core: Core, text: string): Promise<void> {
  const { readWords } = await import("@baraza/crypto/words");
  const read = readWords(text);
  if (!read.ok) throw new EngineError("words_wrong", { data: { reason: read.reason } });
  await tryOut(core, "words", read.secret);
}

/**
 * Finds out whether a secret opens the vault as it is at the node now, and notes that it did. Nothing else changes.
 * @throws EngineError `wrong_way`
 */
export async function tryOut(
  core: Core,
  way: "people" | "organisation" | "words",
  secret: Bytes,
): Promise<void> {
  const me = core.me();
  const keys = await wayKeys(way, secret);
  const { ways } = await listWays(core);
  const listed = ways.find(
    ({ publicKey }) => publicKey !== undefined && equalBytes(publicKey, keys.publicKey),
  );
  if (listed === undefined) throw new EngineError("wrong_way");
  const { vault } = await core.own.call("vault.get", {});
  try {
    await openVault(await openByWay(keys, me.identityId, readVaultWraps(vault)), vault);
  } catch (cause) {
    if (cause instanceof CryptoError || cause instanceof EngineError)
      throw new EngineError("wrong_way", { cause });
    throw cause;
  }
  await core.store.transaction((tx) => {
    noteRehearsal(tx, toHex(listed.id), core.platform.clock.now());
    vaultChanged(tx);
  });
  core.kick({ vault: true });
}

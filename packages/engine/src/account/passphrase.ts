/** The passphrase, which can be changed at any time. */
import { isPassphrase, passphraseSecret, vaultWayOf, wayEntryOf, wayKeys } from "@baraza/crypto";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { opaque } from "./session.ts";
import { swapVault } from "./vault.ts";

/** Changes the passphrase: nothing is encrypted again but the vault, and the vault key to the new passphrase. */
export async function changePassphrase(core: Core, passphrase: string): Promise<void> {
  if (passphrase.length < 8) throw new EngineError("too_weak");
  const lib = await opaque();
  const started = await lib.startRegistration(passphrase);
  const { response } = await core.own.call("accounts.passphraseStart", {
    request: started.request,
  });
  const { record, exportKey } = await lib.finishRegistration(passphrase, started.state, response);
  const keys = await wayKeys("passphrase", passphraseSecret(exportKey));
  const way = vaultWayOf(keys, { created: core.platform.clock.now() });
  await swapVault(core, {
    ways: (ways) => [...ways.filter((one) => !isPassphrase(one.way)), way],
    send: (vault, version) =>
      core.own.call("accounts.passphraseFinish", { record, way: wayEntryOf(way), vault, version }),
  });
}

/** Opening letters to this account. */
import { CryptoError, openLetter } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { boxPrivateKeys, fetchBoxKeys } from "../account/box-keys.ts";
import type { Core } from "../core.ts";

export type Opened = Awaited<ReturnType<typeof openLetter>>;

/**
 * Opens a letter, if need be with a key that another device of the account has made: whoever reads one in the box deletes it there.
 * @throws CryptoError as {@link openLetter}; ProtocolError when the newer keys cannot be fetched
 */
export async function openOwn(core: Core, letter: Bytes): Promise<Opened> {
  const me = core.me().identityId;
  try {
    return await openLetter({ letter, keys: await boxPrivateKeys(core), me });
  } catch (error) {
    if (!(error instanceof CryptoError) || error.code !== "no_key") throw error;
  }
  await fetchBoxKeys(core);
  return openLetter({ letter, keys: await boxPrivateKeys(core), me });
}

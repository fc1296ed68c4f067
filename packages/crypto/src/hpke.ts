/** HPKE (RFC 9180) with X-Wing, HKDF-SHA-256 and AES-256-GCM: in base mode what seals letters, in PSK mode vault keys. */
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import type { Bytes } from "@baraza/protocol";
import { CryptoError } from "./errors.ts";
import { needBytes, randomBytes } from "./primitives.ts";

/** A key pair of the platform, without asking for its DOM types. */
export type KeyPair = { publicKey: CryptoKey; privateKey: CryptoKey };

/** Sizes of X-Wing (draft-connolly-cfrg-xwing-kem), in bytes. */
export const XWING = { publicKey: 1216, privateKey: 32, enc: 1120 } as const;

let suite: CipherSuite | undefined;

function hpke(): CipherSuite {
  suite ??= new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  return suite;
}

/** The X-Wing key pair of a 32-byte seed, a random one if none is given: 1,216 bytes public; private is the seed. */
export async function hpkeGenerate(
  seed: Bytes = randomBytes(XWING.privateKey),
): Promise<{ publicKey: Bytes; privateKey: Bytes }> {
  needBytes(seed, XWING.privateKey);
  const kem = new XWing();
  const pair = (await kem.generateKeyPairDerand(seed.slice())) as KeyPair;
  const publicKey = new Uint8Array(await kem.serializePublicKey(pair.publicKey));
  return { publicKey, privateKey: seed };
}

/** A pre-shared key of 32 bytes or more, with its name (RFC 9180, section 5.1.2). */
export type HpkePsk = { id: Bytes; key: Bytes };

const pskOf = (psk: HpkePsk | undefined) =>
  psk === undefined ? {} : { psk: { id: psk.id.slice().buffer, key: psk.key.slice().buffer } };

/**
 * An encapsulation to a public key, and the one sealing that may follow it; with `psk` in PSK mode. `ekm` (64 bytes) is
 * for vectors only. @throws CryptoError `bad_box_key`.
 */
export async function hpkeSend(
  publicKey: Bytes,
  info: Bytes,
  ekm?: Bytes,
  psk?: HpkePsk,
): Promise<{ enc: Bytes; seal: (plain: Bytes, aad: Bytes) => Promise<Bytes> }> {
  try {
    const { kem } = hpke();
    const recipientPublicKey = await kem.deserializePublicKey(publicKey);
    const context = await hpke().createSenderContext({
      recipientPublicKey,
      info,
      ...(ekm === undefined ? {} : { ekm }),
      ...pskOf(psk),
    });
    return {
      enc: new Uint8Array(context.enc),
      seal: async (plain, aad) => new Uint8Array(await context.seal(plain, aad)),
    };
  } catch (cause) {
    throw new CryptoError("bad_box_key", cause);
  }
}

/** Opens what was sealed after {@link hpkeSend}. @throws CryptoError `open_failed`. */
export async function hpkeOpen(
  privateKey: Bytes,
  enc: Bytes,
  info: Bytes,
  sealed: Bytes,
  aad: Bytes,
  psk?: HpkePsk,
): Promise<Bytes> {
  try {
    const { kem } = hpke();
    const recipientKey = await kem.deserializePrivateKey(privateKey);
    const context = await hpke().createRecipientContext({ recipientKey, enc, info, ...pskOf(psk) });
    return new Uint8Array(await context.open(sealed, aad));
  } catch {
    throw new CryptoError("open_failed");
  }
}

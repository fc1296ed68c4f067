/**
 * Oblivious HTTP (RFC 9458) with DHKEM(X25519), HKDF-SHA-256 and AES-GCM: the relay sees who asks, the gateway sees
 * what is asked, and neither sees both. Requests are POSTs of CBOR to paths of the API.
 */
import { Aes128Gcm, Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "@baraza/protocol";
import { concat, utf8 } from "@baraza/protocol";
import {
  decodeHttpRequest,
  decodeHttpResponse,
  encodeHttpRequest,
  encodeHttpResponse,
} from "./bhttp.ts";
import { CryptoError } from "./errors.ts";
import type { KeyPair } from "./hpke.ts";
import { aesGcmOpen, aesGcmSeal, isBytes, needBytes, randomBytes, sha256 } from "./primitives.ts";

const X25519 = 0x0020;
const HKDF_SHA256 = 0x0001;
const PUBLIC_KEY = 32;
const HEADER = 7;
const TAG = 16;
const EMPTY = new Uint8Array();

/** AEADs by their HPKE id, with the size of their key (RFC 9180, section 7.3). */
const AEADS: Record<number, { make: () => Aes128Gcm | Aes256Gcm; keyBytes: number }> = {
  0x0001: { make: () => new Aes128Gcm(), keyBytes: 16 },
  0x0002: { make: () => new Aes256Gcm(), keyBytes: 32 },
};

/** A key configuration (RFC 9458, section 3.1); `aeads` in the gateway's order, those that this code knows. */
export type KeyConfig = { keyId: number; publicKey: Bytes; aeads: number[] };
/** A gateway's key: its configuration and the private half. */
export type GatewayKeys = KeyConfig & { privateKey: CryptoKey };
/** What either side keeps to seal or open the one response of a request. */
export type OhttpContext = { secret: Bytes; enc: Bytes; aead: number };

/** A gateway key from a 32-byte seed. The key id is a byte of the public key's hash, so that a new key has (mostly) a new id. */
export async function gatewayKeys(seed: Bytes, keyId?: number): Promise<GatewayKeys> {
  needBytes(seed, 32);
  const { privateKey, publicKey } = (await kem().deriveKeyPair(seed.slice().buffer)) as KeyPair;
  const raw = new Uint8Array(await kem().serializePublicKey(publicKey));
  return { keyId: keyId ?? sha256(raw)[0] ?? 0, publicKey: raw, aeads: [0x0001], privateKey };
}

/** A gateway key from its raw X25519 private key. */
export async function importGatewayKeys(
  privateKey: Bytes,
  publicKey: Bytes,
  keyId: number,
): Promise<GatewayKeys> {
  needBytes(privateKey, 32);
  needBytes(publicKey, PUBLIC_KEY);
  const key = await kem().deserializePrivateKey(privateKey.slice().buffer);
  return { keyId, publicKey, aeads: [0x0001], privateKey: key };
}

/** One configuration, without a length before it. */
export function encodeKeyConfig(config: KeyConfig): Bytes {
  const symmetric = config.aeads.map((aead) => concat(uint16(HKDF_SHA256), uint16(aead)));
  return concat(
    Uint8Array.of(config.keyId),
    uint16(X25519),
    config.publicKey,
    uint16(4 * symmetric.length),
    ...symmetric,
  );
}

/** A list of configurations as `application/ohttp-keys` (section 3.2): what a node record carries. The newest first. */
export function encodeKeyConfigs(configs: readonly KeyConfig[]): Bytes {
  return concat(
    ...configs.map((config) => {
      const encoded = encodeKeyConfig(config);
      return concat(uint16(encoded.length), encoded);
    }),
  );
}

/**
 * Reads `application/ohttp-keys`. Configurations of suites that are not known here are left out.
 * @throws CryptoError `bad_gateway_key` when the form is wrong.
 */
export function readKeyConfigs(bytes: Bytes): KeyConfig[] {
  const configs: KeyConfig[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = readUint16(bytes, at);
    const config = bytes.subarray(at + 2, at + 2 + length);
    if (config.length !== length) throw new CryptoError("bad_gateway_key");
    const read = readKeyConfig(config);
    if (read !== null) configs.push(read);
    at += 2 + length;
  }
  return configs;
}

/** Reads one configuration; null for a suite that is not known here. @throws CryptoError `bad_gateway_key`. */
export function readKeyConfig(bytes: Bytes): KeyConfig | null {
  if (readUint16(bytes, 1) !== X25519) return null;
  const publicKey = bytes.slice(3, 3 + PUBLIC_KEY);
  const at = 3 + PUBLIC_KEY + 2;
  const length = readUint16(bytes, at - 2);
  if (bytes.length !== at + length || length === 0 || length % 4 !== 0)
    throw new CryptoError("bad_gateway_key");
  const aeads: number[] = [];
  for (let i = at; i < bytes.length; i += 4) {
    const aead = readUint16(bytes, i + 2);
    if (readUint16(bytes, i) === HKDF_SHA256 && AEADS[aead] !== undefined) aeads.push(aead);
  }
  return aeads.length === 0 ? null : { keyId: bytes[0] ?? 0, publicKey, aeads };
}

/**
 * Seals a POST of `body` to `path` (section 4.3), padded. `ephemeral` is for vectors only.
 * @throws CryptoError `bad_gateway_key`.
 */
export async function encapsulateRequest(
  config: KeyConfig,
  request: { path: string; body: Bytes },
): Promise<{ encapsulated: Bytes; context: OhttpContext }> {
  const { path, body } = request;
  const message = encodeHttpRequest(
    { method: "POST", scheme: "https", authority: "", path, headers: [], body },
    HEADER + PUBLIC_KEY + TAG,
  );
  return encapsulateMessage(config, message);
}

/** {@link encapsulateRequest} for any binary HTTP message. `ephemeral` is for vectors only. */
export async function encapsulateMessage(
  config: KeyConfig,
  message: Bytes,
  ephemeral?: KeyPair,
): Promise<{ encapsulated: Bytes; context: OhttpContext }> {
  const aead = config.aeads[0];
  const header = requestHeader(config.keyId, aead ?? 0);
  try {
    const hpke = suite(aead ?? 0);
    const context = await hpke.createSenderContext({
      recipientPublicKey: await kem().deserializePublicKey(config.publicKey.slice().buffer),
      info: requestInfo(header),
      ...(ephemeral === undefined ? {} : { ekm: ephemeral }),
    });
    const enc = new Uint8Array(context.enc);
    const sealed = new Uint8Array(await context.seal(message, EMPTY));
    const secret = await exportSecret(context, aead ?? 0);
    return {
      encapsulated: concat(header, enc, sealed),
      context: { secret, enc, aead: aead ?? 0 },
    };
  } catch (cause) {
    throw new CryptoError("bad_gateway_key", cause);
  }
}

/**
 * Opens a request at a gateway that has one or more keys. `enc` is fresh for every honest request: remember it to
 * refuse replays.
 * @throws CryptoError `bad_gateway_key` when no key has that id (the client should fetch the node record again),
 * `open_failed`, `bad_http` when it is anything but a POST.
 */
export async function decapsulateRequest(
  gateway: GatewayKeys | readonly GatewayKeys[],
  encapsulated: Bytes,
): Promise<{ path: string; body: Bytes; context: OhttpContext; enc: Bytes }> {
  const { message, context } = await decapsulateMessage(gateway, encapsulated);
  const { method, path, body } = decodeHttpRequest(message);
  if (method !== "POST") throw new CryptoError("bad_http");
  return { path, body, context, enc: context.enc };
}

/** {@link decapsulateRequest} for any binary HTTP message. */
export async function decapsulateMessage(
  gateway: GatewayKeys | readonly GatewayKeys[],
  encapsulated: Bytes,
): Promise<{ message: Bytes; context: OhttpContext }> {
  if (!isBytes(encapsulated) || encapsulated.length < HEADER + PUBLIC_KEY + TAG)
    throw new CryptoError("open_failed");
  const list: readonly GatewayKeys[] = "keyId" in gateway ? [gateway] : gateway;
  const header = encapsulated.slice(0, HEADER);
  const aead = readUint16(header, 5);
  const fits = (keys: GatewayKeys) =>
    keys.aeads.includes(aead) && requestHeader(keys.keyId, aead).every((b, i) => b === header[i]);
  const candidates = list.filter(fits);
  if (candidates.length === 0) throw new CryptoError("bad_gateway_key");
  const enc = encapsulated.slice(HEADER, HEADER + PUBLIC_KEY);
  const sealed = encapsulated.subarray(HEADER + PUBLIC_KEY);
  for (const keys of candidates) {
    try {
      const context = await suite(aead).createRecipientContext({
        recipientKey: keys.privateKey,
        enc,
        info: requestInfo(header),
      });
      const message = new Uint8Array(await context.open(sealed, EMPTY));
      return { message, context: { secret: await exportSecret(context, aead), enc, aead } };
    } catch {
      // Another key with the same id may fit; what fails is not told apart.
    }
  }
  throw new CryptoError("open_failed");
}

/** Seals the response (section 4.4), padded. */
export function encapsulateResponse(
  context: OhttpContext,
  response: { status: number; body: Bytes },
): Promise<Bytes> {
  const overhead = keyBytes(context.aead) + TAG;
  return sealResponse(context, encodeHttpResponse({ ...response, headers: [] }, overhead));
}

/** Seals any binary HTTP message as the response. `nonce` is for vectors only. */
export async function sealResponse(
  context: OhttpContext,
  message: Bytes,
  nonce: Bytes = randomBytes(keyBytes(context.aead)),
): Promise<Bytes> {
  const { key, iv } = responseKeys(context, nonce);
  return concat(nonce, await aesGcmSeal(key, iv, message, EMPTY));
}

/** Opens the response. @throws CryptoError `open_failed`, `bad_http`. */
export async function decapsulateResponse(
  context: OhttpContext,
  encapsulated: Bytes,
): Promise<{ status: number; body: Bytes }> {
  const { status, body } = decodeHttpResponse(await openResponse(context, encapsulated));
  return { status, body };
}

/** Opens a response to its binary HTTP message. @throws CryptoError `open_failed`. */
export async function openResponse(context: OhttpContext, encapsulated: Bytes): Promise<Bytes> {
  const length = keyBytes(context.aead);
  if (!isBytes(encapsulated) || encapsulated.length < length + TAG)
    throw new CryptoError("open_failed");
  const { key, iv } = responseKeys(context, encapsulated.slice(0, length));
  return aesGcmOpen(key, iv, encapsulated.subarray(length), EMPTY);
}

function responseKeys(context: OhttpContext, nonce: Bytes): { key: Bytes; iv: Bytes } {
  const prk = extract(nobleSha256, context.secret, concat(context.enc, nonce));
  return {
    key: expand(nobleSha256, prk, utf8("key"), keyBytes(context.aead)) as Bytes,
    iv: expand(nobleSha256, prk, utf8("nonce"), 12) as Bytes,
  };
}

async function exportSecret(
  context: { export: (label: ArrayBuffer, length: number) => Promise<ArrayBuffer> },
  aead: number,
): Promise<Bytes> {
  const label = utf8("message/bhttp response");
  return new Uint8Array(await context.export(label.buffer, keyBytes(aead)));
}

function keyBytes(aead: number): number {
  return AEADS[aead]?.keyBytes ?? 0;
}

function requestHeader(keyId: number, aead: number): Bytes {
  return concat(Uint8Array.of(keyId), uint16(X25519), uint16(HKDF_SHA256), uint16(aead));
}

function requestInfo(header: Bytes): Bytes {
  return concat(utf8("message/bhttp request"), Uint8Array.of(0), header);
}

let x25519: DhkemX25519HkdfSha256 | undefined;
function kem(): DhkemX25519HkdfSha256 {
  // Its instances are set up by the first suite that holds them.
  if (x25519 === undefined) {
    x25519 = new DhkemX25519HkdfSha256();
    void new CipherSuite({ kem: x25519, kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  }
  return x25519;
}

function suite(aead: number): CipherSuite {
  const found = AEADS[aead];
  if (found === undefined) throw new CryptoError("bad_gateway_key");
  return new CipherSuite({ kem: kem(), kdf: new HkdfSha256(), aead: found.make() });
}

function uint16(value: number): Bytes {
  return Uint8Array.of(value >> 8, value & 255);
}

function readUint16(bytes: Uint8Array, at: number): number {
  const high = bytes[at];
  const low = bytes[at + 1];
  if (high === undefined || low === undefined) throw new CryptoError("bad_gateway_key");
  return high * 256 + low;
}

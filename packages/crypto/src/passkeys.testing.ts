/** An authenticator in software, for tests: what a browser would hand to the page. */
import type { NewPasskey, PasskeyAnswer, Bytes } from "@baraza/protocol";
import { concat, toBase64url, utf8 } from "@baraza/protocol";
import { randomBytes, sha256 } from "./primitives.ts";

export type Ceremony = { rpId: string; origin: string; challenge: Bytes };
/** What a test may get wrong on purpose. */
export type Twist = { flags?: number; counter?: number; type?: string; crossOrigin?: boolean };

/** An authenticator with one P-256 passkey. Counting starts at `counter`; 0 does not count. */
export async function softPasskey(counter = 0) {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const credentialId = randomBytes(16);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  let count = counter;
  const data = (rpId: string, flags: number, now: number) => {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, now);
    return concat(sha256(utf8(rpId)), Uint8Array.of(flags), number);
  };
  const clientData = (type: string, { challenge, origin }: Ceremony, crossOrigin: boolean) =>
    utf8(JSON.stringify({ type, challenge: toBase64url(challenge), origin, crossOrigin }));
  return {
    credentialId,
    create(createId: Bytes, ceremony: Ceremony, twist: Twist = {}): NewPasskey {
      const length = Uint8Array.of(0, credentialId.length);
      const attested = concat(new Uint8Array(16), length, credentialId, randomBytes(77));
      const head = data(ceremony.rpId, twist.flags ?? 0x45, twist.counter ?? count);
      return {
        createId,
        credentialId,
        publicKey,
        algorithm: -7,
        authData: concat(head, attested),
        clientData: clientData(
          twist.type ?? "webauthn.create",
          ceremony,
          twist.crossOrigin ?? false,
        ),
      };
    },
    async answer(ceremony: Ceremony, twist: Twist = {}): Promise<PasskeyAnswer> {
      if (count > 0) count += 1;
      const authData = data(ceremony.rpId, twist.flags ?? 5, twist.counter ?? count);
      const client = clientData(twist.type ?? "webauthn.get", ceremony, twist.crossOrigin ?? false);
      const signed = concat(authData, sha256(client));
      const raw = new Uint8Array(
        await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, signed),
      );
      return { credentialId, authData, clientData: client, signature: asn1(raw) };
    },
  };
}

function asn1(raw: Bytes): Bytes {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((half) => {
    let start = 0;
    while (start < 31 && half[start] === 0) start += 1;
    const short = half.subarray(start);
    const value = (short[0] ?? 0) > 127 ? concat(Uint8Array.of(0), short) : short;
    return concat(Uint8Array.of(2, value.length), value);
  });
  const body = concat(...integers);
  return concat(Uint8Array.of(0x30, body.length), body);
}

import { expect, test } from "vitest";
import { passkeyPrfInput, verifyNewPasskey, verifyPasskeyAnswer } from "./passkeys.ts";
import type { Twist } from "./passkeys.testing.ts";
import { softPasskey } from "./passkeys.testing.ts";
import { counting, flipped, refuses } from "./test-helpers.ts";

const challenge = counting(1, 32);
const rpId = "a.example";
const origin = "https://a.example";
const expected = { rpId, origins: [origin], challenge };
const ceremony = { rpId, origin, challenge };
const createId = counting(9, 16);

test("a passkey is registered and answers challenges", async () => {
  for (const counter of [0, 7]) {
    const key = await softPasskey(counter);
    const made = key.create(createId, ceremony);
    expect(await verifyNewPasskey(made, expected)).toEqual({ counter });
    const stored = { ...made, counter };
    const answer = await key.answer(ceremony);
    const after = counter === 0 ? 0 : counter + 1;
    expect(await verifyPasskeyAnswer(stored, answer, expected)).toEqual({ counter: after });
  }
});

test("what was made for another host, page, purpose or challenge is refused", async () => {
  const key = await softPasskey();
  const made = key.create(createId, ceremony);
  const stored = { ...made, counter: 0 };
  for (const wrong of [
    { ...ceremony, rpId: "b.example" },
    { ...ceremony, origin: "https://b.example" },
    { ...ceremony, origin: "http://a.example" },
    { ...ceremony, challenge: counting(2, 32) },
  ]) {
    await refuses(() => verifyNewPasskey(key.create(createId, wrong), expected), "bad_passkey");
    const answer = await key.answer(wrong);
    await refuses(() => verifyPasskeyAnswer(stored, answer, expected), "bad_passkey");
  }
  // Not present, not verified, framed by another page, of the other ceremony.
  for (const twist of [
    { flags: 0x44 },
    { flags: 0x41 },
    { crossOrigin: true },
    { type: "payment.get" },
  ] satisfies Twist[]) {
    const bad = key.create(createId, ceremony, twist);
    await refuses(() => verifyNewPasskey(bad, expected), "bad_passkey");
    const answer = await key.answer(ceremony, twist);
    await refuses(() => verifyPasskeyAnswer(stored, answer, expected), "bad_passkey");
  }
  const noCredential = key.create(createId, ceremony, { flags: 5 });
  await refuses(() => verifyNewPasskey(noCredential, expected), "bad_passkey");
  const renamed = { ...made, credentialId: counting(3, 16) };
  await refuses(() => verifyNewPasskey(renamed, expected), "bad_passkey");
  const noKey = { ...made, publicKey: counting(3, 91) };
  await refuses(() => verifyNewPasskey(noKey, expected), "bad_passkey");
});

test("another key, a changed answer, or a counter that went back is refused", async () => {
  const key = await softPasskey(5);
  const stored = { ...key.create(createId, ceremony), counter: 5 };
  const answer = await key.answer(ceremony);
  const other = { ...(await softPasskey(5)).create(createId, ceremony), counter: 5 };
  await refuses(() => verifyPasskeyAnswer(other, answer, expected), "bad_passkey");
  for (let at = 0; at < answer.signature.length; at += 7) {
    const signature = flipped(answer.signature, at);
    await refuses(
      () => verifyPasskeyAnswer(stored, { ...answer, signature }, expected),
      "bad_passkey",
    );
  }
  const authData = flipped(answer.authData, 36);
  await refuses(
    () => verifyPasskeyAnswer(stored, { ...answer, authData }, expected),
    "bad_passkey",
  );
  await refuses(
    () => verifyPasskeyAnswer({ ...stored, counter: 6 }, answer, expected),
    "bad_passkey",
  );
  const junk = { ...answer, clientData: counting(0, 40) };
  await refuses(() => verifyPasskeyAnswer(stored, junk, expected), "bad_passkey");
});

test("every passkey is asked at the same point, which never changes", () => {
  expect(passkeyPrfInput()).toHaveLength(32);
  expect(passkeyPrfInput()).toEqual(passkeyPrfInput());
});

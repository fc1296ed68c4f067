import { fromHex, LABELS, toHex, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import { ed25519FromSeed } from "./ed25519.ts";
import { requestTokenKeys, signRequestAttest, verifyRequestAttest } from "./requests.ts";
import { blindToken, evaluateTokens, finalizeToken, redeemToken, tokenKeyPair } from "./tokens.ts";

const SEED = fromHex("07".repeat(32));
const node = ed25519FromSeed(fromHex("09".repeat(32)));
const fields = {
  from: "a.example",
  to: "b.example",
  time: 1_800_000_000_000,
  nonce: fromHex("01".repeat(16)),
  blinded: fromHex("02".repeat(32)),
};

test("a token counts for the node and the time that it was issued for, and for no log", () => {
  const keys = requestTokenKeys(SEED, 2900, "a.example");
  const pending = blindToken();
  const { evaluated, proof } = evaluateTokens(keys, [pending.blinded]);
  const token = finalizeToken(pending, { evaluated, proof }, keys.publicKey);
  expect(redeemToken(keys, token)).toBe(true);
  for (const other of [
    requestTokenKeys(SEED, 2901, "a.example"),
    requestTokenKeys(SEED, 2900, "b.example"),
    tokenKeyPair(SEED),
  ])
    expect(redeemToken(other, token)).toBe(false);
});

test("the key is that of RFC 9497 with the label, the period and the node for its info", () => {
  const info = utf8(`${LABELS.requestToken} 2900 a.example`);
  expect(toHex(requestTokenKeys(SEED, 2900, "a.example").publicKey)).toBe(
    toHex(tokenKeyPair(SEED, info).publicKey),
  );
});

test("a node's word counts as it was given: every field of it, and by its own key", async () => {
  const signed = await signRequestAttest(node, fields);
  expect(await verifyRequestAttest(node.publicKey, signed)).toBe(true);
  const other = ed25519FromSeed(fromHex("0a".repeat(32)));
  expect(await verifyRequestAttest(other.publicKey, signed)).toBe(false);
  for (const change of [
    { from: "c.example" },
    { to: "c.example" },
    { time: fields.time + 1 },
    { nonce: fromHex("03".repeat(16)) },
    { blinded: fromHex("03".repeat(32)) },
  ])
    expect(await verifyRequestAttest(node.publicKey, { ...signed, ...change })).toBe(false);
});

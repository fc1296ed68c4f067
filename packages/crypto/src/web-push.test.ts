import { fromBase64url, toBase64url, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "./primitives.ts";
import { vectors } from "./test-helpers.ts";
import {
  isWebPushPoint,
  openWebPush,
  sealWebPush,
  vapidHeader,
  verifyVapid,
  webPushKey,
} from "./web-push.ts";

type Texts = Record<string, string>;
const bytesOf = (texts: Texts) => (name: string) => fromBase64url(texts[name] ?? "");

const browser = () => {
  const key = webPushKey(randomBytes(48));
  const auth = randomBytes(16);
  return { ...key, auth, to: { p256dh: key.publicKey, auth } };
};

test("RFC 8291, appendix A: sealed to the byte, and opened", () => {
  const vector = vectors<{ plain: string; sender: Texts; receiver: Texts } & Texts>(
    "rfc8291-appendix-a.json",
  );
  const [sender, receiver] = [bytesOf(vector.sender), bytesOf(vector.receiver)];
  const to = { p256dh: receiver("publicKey"), auth: receiver("auth") };
  const body = sealWebPush(to, utf8(vector.plain), {
    size: vector.plain.length + 1,
    salt: fromBase64url(vector["salt"] ?? ""),
    key: { privateKey: sender("privateKey"), publicKey: sender("publicKey") },
  });
  expect(toBase64url(body)).toBe(vector["body"]);
  const opened = openWebPush(
    {
      privateKey: receiver("privateKey"),
      publicKey: receiver("publicKey"),
      auth: receiver("auth"),
    },
    body,
  );
  expect(opened).toEqual(utf8(vector.plain));
});

test("RFC 8292, section 2.4: the example is taken until it ends, for its audience alone", () => {
  const { audience, header, subject, expires } = vectors<Texts & { expires: number }>(
    "rfc8292-section-2.4.json",
  );
  const check = (at: number, whom = audience) => verifyVapid(header ?? "", whom ?? "", at);
  expect(check(expires).subject).toBe(subject);
  expect(() => check(expires + 1)).toThrow("bad_signature");
  expect(() => check(expires - 25 * 60 * 60)).toThrow("bad_signature");
  expect(() => check(expires, "https://push.example.org")).toThrow("bad_signature");
});

test("a sender's header is taken with its own key and not with a changed claim", () => {
  const key = webPushKey(randomBytes(48));
  const claims = { audience: "https://push.example", expires: 1000, subject: "https://a.example" };
  const header = vapidHeader(key, claims);
  expect(verifyVapid(header, claims.audience, 900)).toEqual({
    publicKey: key.publicKey,
    subject: claims.subject,
  });
  const other = toBase64url(webPushKey(randomBytes(48)).publicKey);
  const asOther = header.replace(/k=.*/, `k=${other}`);
  expect(() => verifyVapid(asOther, claims.audience, 900)).toThrow("bad_signature");
  expect(() => verifyVapid("vapid t=a.b.c, k=d", claims.audience, 900)).toThrow("bad_signature");
});

test("whatever is said, the bodies of one size are equally long and differ in every byte that could tell", () => {
  const { to, ...receiver } = browser();
  const bodies = ["", "x", "x".repeat(99)].map((text) =>
    sealWebPush(to, utf8(text), { size: 100 }),
  );
  expect(new Set(bodies.map(({ length }) => length))).toEqual(new Set([86 + 100 + 16]));
  expect(bodies.map((body) => openWebPush(receiver, body).length)).toEqual([0, 1, 99]);
  expect(() => sealWebPush(to, new Uint8Array(100), { size: 100 })).toThrow("bad_input");
});

test("a body that was changed anywhere, cut off, or meant for somebody else does not open", () => {
  const { to, ...receiver } = browser();
  const body = sealWebPush(to, utf8("hello"), { size: 32 });
  for (let at = 0; at < body.length; at++) {
    // The record size says how much may come; with one record nothing depends on it.
    if (at >= 16 && at < 20) continue;
    const changed = body.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => openWebPush(receiver, changed), String(at)).toThrow("open_failed");
  }
  for (const length of [0, 20, 86, 100, body.length - 1])
    expect(() => openWebPush(receiver, body.slice(0, length))).toThrow("open_failed");
  const { to: _theirs, ...another } = browser();
  expect(() => openWebPush(another, body)).toThrow("open_failed");
});

test("only points of the curve are keys of receivers", () => {
  const { to } = browser();
  const off = to.p256dh.slice();
  off[64] = (off[64] ?? 0) ^ 1;
  expect(isWebPushPoint(to.p256dh)).toBe(true);
  for (const wrong of [off, to.p256dh.slice(0, 64), new Uint8Array(65), randomBytes(33)]) {
    expect(isWebPushPoint(wrong)).toBe(false);
    expect(() => sealWebPush({ ...to, p256dh: wrong }, utf8("x"), { size: 8 })).toThrow(
      "bad_input",
    );
  }
});

test("a node's key follows from its secret", () => {
  const seed = randomBytes(48);
  expect(webPushKey(seed)).toEqual(webPushKey(seed));
  expect(() => webPushKey(randomBytes(32))).toThrow("bad_input");
});

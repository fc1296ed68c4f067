import type { RescueRequest } from "@baraza/protocol";
import { expect, test } from "vitest";
import { hpkeGenerate } from "./hpke.ts";
import { randomBytes } from "./primitives.ts";
import {
  asRehearsal,
  openHelp,
  openRescue,
  rehearsalBy,
  rescueCode,
  rescueKeys,
  sealHelp,
  sealRescue,
} from "./rescue.ts";
import { flipped, NOW, person, refuses } from "./test-helpers.ts";

async function asked() {
  const { publicKey, privateKey } = await hpkeGenerate();
  const request: RescueRequest = {
    v: 1,
    name: "amina",
    node: "a.localhost",
    identityId: randomBytes(32),
    publicKey,
    at: NOW,
  };
  return { secret: randomBytes(32), request, privateKey };
}

test("whoever has the link reads the request, and nobody else", async () => {
  const { secret, request } = await asked();
  const sealed = await sealRescue(secret, request);
  expect(await openRescue(secret, sealed)).toEqual(request);
  await refuses(() => openRescue(randomBytes(32), sealed), "open_failed");
  await refuses(() => openRescue(secret, flipped(sealed, 100)), "open_failed");
  expect(rescueKeys(secret).dropId).not.toEqual(rescueKeys(randomBytes(32)).dropId);
});

test("only a device of the account calls a request practice, and no other request with the same words", async () => {
  const [owner, stranger] = [await person(), await person()];
  const { secret, request } = await asked();
  const mine = { ...request, identityId: owner.id };
  expect(await rehearsalBy(mine)).toBeNull();
  const practice = await asRehearsal(mine, owner.device);
  const opened = await openRescue(secret, await sealRescue(secret, practice));
  expect((await rehearsalBy(opened))?.identityId).toEqual(owner.id);
  const theirs = await asRehearsal(mine, stranger.device);
  await refuses(() => rehearsalBy(theirs), "bad_share");
  const { publicKey } = await hpkeGenerate();
  await refuses(() => rehearsalBy({ ...practice, publicKey }), "bad_share");
  const word = { ...mine, rehearsal: true } as unknown as RescueRequest;
  expect(() => sealRescue(secret, word)).toThrow(expect.objectContaining({ code: "malformed" }));
});

test("another key in the request makes other digits", async () => {
  const { secret, request } = await asked();
  const code = rescueCode(secret, request);
  expect(code).toMatch(/^[0-9]{6}$/);
  expect(rescueCode(secret, { ...request })).toBe(code);
  const { publicKey } = await hpkeGenerate();
  const others = [
    rescueCode(secret, { ...request, publicKey }),
    rescueCode(randomBytes(32), request),
  ];
  // Two that agree by chance would be one in half a million.
  expect(others).not.toContain(code);
});

test("help opens with the request's key, and names who gave it", async () => {
  const { secret, request, privateKey } = await asked();
  const helper = await person();
  const share = randomBytes(300);
  const profile = { name: "Bruno", address: "bruno@b.localhost" };
  const item = await sealHelp({ secret, request, share, from: helper.device, profile });
  const opened = await openHelp({ secret, request, privateKey, item });
  expect(opened.share).toEqual(share);
  expect(opened.sender.identityId).toEqual(helper.id);
  expect(opened.profile).toEqual(profile);
});

test("help for one request opens under no other, and altered not at all", async () => {
  const { secret, request, privateKey } = await asked();
  const helper = await person();
  const profile = { name: "Bruno", address: "bruno@b.localhost" };
  const item = await sealHelp({
    secret,
    request,
    share: randomBytes(9),
    from: helper.device,
    profile,
  });
  const other = { ...request, at: NOW + 1 };
  await refuses(() => openHelp({ secret, request: other, privateKey, item }), "open_failed");
  await refuses(
    () => openHelp({ secret: randomBytes(32), request, privateKey, item }),
    "open_failed",
  );
  for (const at of [10, 200, item.length - 1])
    await refuses(
      () => openHelp({ secret, request, privateKey, item: flipped(item, at) }),
      "open_failed",
      "bad_share",
    );
});

test("nobody gives help under another's certificate", async () => {
  const { secret, request, privateKey } = await asked();
  const [helper, other] = [await person(), await person()];
  const item = await sealHelp({
    secret,
    request,
    share: randomBytes(9),
    from: { certificate: helper.device.certificate, privateKey: other.device.privateKey },
    profile: { name: "Bruno", address: "bruno@b.localhost" },
  });
  await refuses(() => openHelp({ secret, request, privateKey, item }), "bad_share");
});

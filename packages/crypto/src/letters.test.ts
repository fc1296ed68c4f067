import { expect, test } from "vitest";
import { createBoxKey } from "./box-keys.ts";
import { createDevice, createIdentity, identityIdOf } from "./identity.ts";
import { openLetter, sealLetter } from "./letters.ts";
import { utf8, toHex } from "@baraza/protocol";

test("a letter opens for its recipient and names its sender", async () => {
  const a = await createIdentity();
  const b = await createIdentity();
  const device = await createDevice(a.record, a.privateKey, 1000);
  const key = await createBoxKey(b, 1, 1000);
  const me = identityIdOf(b.record);
  const { letter, letterId } = await sealLetter({
    from: device,
    to: me,
    boxKey: key.record,
    kind: "note",
    body: utf8("hello"),
    at: 2000,
  });
  const opened = await openLetter({ letter, keys: { [toHex(key.id)]: key.privateKey }, me });
  expect(opened.letterId).toEqual(letterId);
  expect(opened.body).toEqual(utf8("hello"));
  expect(opened.sender.identityId).toEqual(identityIdOf(a.record));
  expect(opened.sender.hash).toEqual(device.hash);
});

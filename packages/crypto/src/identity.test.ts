import { encodeCbor, LABELS, ProtocolError } from "@baraza/protocol";
import type { DeviceCertificate, IdentityRecord } from "@baraza/protocol";
import { expect, test } from "vitest";
import {
  certificateHash,
  createDevice,
  createIdentity,
  deviceCredential,
  identityIdOf,
  readDeviceCredential,
  rotateIdentity,
  verifyDeviceCertificate,
  verifyIdentityRecord,
} from "./identity.ts";
import { signWith } from "./ed25519.ts";
import { recordDigest } from "./records.ts";
import { failureOf, flipped, NOW, refuses } from "./test-helpers.ts";

test("an identity verifies as an object and as bytes, and keeps its id through rotations", async () => {
  let identity = await createIdentity();
  const id = identityIdOf(identity.record);
  for (let i = 0; i < 3; i++) {
    expect(await verifyIdentityRecord(identity.record)).toEqual(id);
    expect(await verifyIdentityRecord(encodeCbor(identity.record))).toEqual(id);
    identity = await rotateIdentity(identity);
    expect(identity.record.seq).toBe(i + 1);
  }
});

test("a succession with a step by someone else, left out or put in another order is refused", async () => {
  const first = await createIdentity();
  const third = await rotateIdentity(await rotateIdentity(first));
  const { record } = third;
  const other = await rotateIdentity(await createIdentity());
  const [one, two] = record.succession;
  if (one === undefined || two === undefined) throw new Error("no steps");
  const foreign = other.record.succession[0];
  if (foreign === undefined) throw new Error("no step");
  const broken: IdentityRecord[] = [
    { ...record, succession: [two, one] },
    { ...record, succession: [two], seq: 1 },
    { ...record, succession: [one, foreign] },
    { ...record, firstKey: other.record.firstKey },
    { ...record, key: first.record.key },
    { ...record, seq: 3 },
    { ...first.record, key: third.record.key },
  ];
  for (const bad of broken) await refuses(() => verifyIdentityRecord(bad), "bad_identity");
});

test("a record whose own parts contradict each other is refused, though its owner signed it", async () => {
  const identity = await rotateIdentity(await createIdentity());
  const other = await createIdentity();
  const sign = async (change: Partial<IdentityRecord>) => {
    const unsigned = { ...identity.record, ...change };
    const sig = await signWith(identity.privateKey, LABELS.identity, recordDigest(unsigned));
    return { ...unsigned, sig };
  };
  expect(await verifyIdentityRecord(await sign({}))).toEqual(identityIdOf(identity.record));
  for (const change of [{ key: other.record.key }, { seq: 0 }, { seq: 7 }])
    await refuses(async () => verifyIdentityRecord(await sign(change)), "bad_identity");
});

test("a device key that fits any signature is not certified", async () => {
  const identity = await createIdentity();
  const weak = new Uint8Array(32);
  weak[0] = 1;
  const fields = { v: 1 as const, identity: identity.record, deviceKey: weak, createdAt: NOW };
  const sig = await signWith(identity.privateKey, LABELS.deviceCertificate, recordDigest(fields));
  await refuses(() => verifyDeviceCertificate({ ...fields, sig }), "bad_certificate");
});

test("a device certificate names its identity and its key", async () => {
  const identity = await createIdentity();
  const device = await createDevice(identity.record, identity.privateKey, NOW);
  const checked = await verifyDeviceCertificate(device.certificate);
  expect(checked.identityId).toEqual(identityIdOf(identity.record));
  expect(checked.deviceKey).toEqual(device.certificate.deviceKey);
  expect(checked.hash).toEqual(device.hash);
  // A second look comes from the cache and says the same.
  expect(await verifyDeviceCertificate(encodeCbor(device.certificate))).toEqual(checked);
});

test("a certificate of a rotated identity is signed by the key it has now", async () => {
  const former = await createIdentity();
  const identity = await rotateIdentity(former);
  const device = await createDevice(identity.record, identity.privateKey, NOW);
  expect((await verifyDeviceCertificate(device.certificate)).identityId).toEqual(
    identityIdOf(former.record),
  );
  const stale = await createDevice(identity.record, former.privateKey, NOW);
  await refuses(() => verifyDeviceCertificate(stale.certificate), "bad_certificate");
});

test("a substituted identity, device key or time makes the certificate invalid", async () => {
  const identity = await createIdentity();
  const { certificate } = await createDevice(identity.record, identity.privateKey, NOW);
  const other = await createIdentity();
  const broken: DeviceCertificate[] = [
    { ...certificate, identity: other.record },
    { ...certificate, deviceKey: other.record.key },
    { ...certificate, createdAt: NOW + 1 },
    { ...certificate, sig: flipped(certificate.sig, 7) },
    { ...certificate, deviceKey: new Uint8Array(32) },
  ];
  for (const bad of broken)
    await refuses(() => verifyDeviceCertificate(bad), "bad_certificate", "bad_identity");
});

test("a field that this version does not know is kept and covered by the signature", async () => {
  const identity = await createIdentity();
  const { certificate } = await createDevice(identity.record, identity.privateKey, NOW);
  const added = { ...certificate, later: 5 };
  await refuses(() => verifyDeviceCertificate(added), "bad_certificate");
  expect(certificateHash(readDeviceCredential(deviceCredential(added)))).toEqual(
    certificateHash(added),
  );
});

test("a record that demands an unknown field is told apart from a bad one", async () => {
  const { record } = await createIdentity();
  const error = await failureOf(() => verifyIdentityRecord({ ...record, must: ["later"] }));
  expect(error).toBeInstanceOf(ProtocolError);
  expect((error as ProtocolError).code).toBe("unsupported_field");
});

test("input of any shape is refused with a code", async () => {
  for (const bad of [undefined, null, 1, "x", [], {}, new Uint8Array(3), new Uint8Array(9000)]) {
    await refuses(() => verifyIdentityRecord(bad as never), "bad_identity");
    await refuses(() => verifyDeviceCertificate(bad as never), "bad_certificate");
    await refuses(() => readDeviceCredential(bad as never), "bad_certificate");
  }
});

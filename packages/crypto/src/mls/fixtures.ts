/** Devices with toy certificates, for the tests and benchmarks of this folder: real signatures, no more. */
import { concat, equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { ed25519Generate, signWith, verifyWith } from "../ed25519.ts";
import type { Checks, MemberInfo, ProposedChange } from "./checks.ts";
import { commit, createGroup } from "./commit.ts";
import { MlsRefused } from "./errors.ts";
import type { Group } from "./group.ts";
import { join } from "./join.ts";
import { createKeyPackage } from "./key-package.ts";
import type { SuiteName } from "./suites.ts";

/** A device of an identity. The certificate is identity key, device key and the first's signature on the second. */
export interface TestDevice {
  readonly identity: Bytes;
  readonly signatureKey: { readonly publicKey: Bytes; readonly privateKey: Bytes };
  readonly credential: Bytes;
}

export interface TestPackage {
  readonly device: TestDevice;
  readonly seatKey: Bytes;
  readonly keyPackage: Bytes;
  readonly privateParts: Bytes;
  readonly ref: Bytes;
}

const LABEL = "test certificate";

export interface TestIdentity {
  readonly publicKey: Bytes;
  readonly secretKey: Bytes;
}

/** An identity's key pair. */
export function testIdentity(): TestIdentity {
  const { publicKey, privateKey } = ed25519Generate();
  return { publicKey, secretKey: privateKey };
}

/** A device, of a new identity if none is given. */
export async function testDevice(owner: TestIdentity = testIdentity()): Promise<TestDevice> {
  const { publicKey, secretKey } = testIdentity();
  return {
    identity: owner.publicKey,
    signatureKey: { publicKey, privateKey: secretKey },
    credential: await certify(owner, publicKey),
  };
}

/** A certificate by an identity for a device's key. */
export async function certify(owner: TestIdentity, publicKey: Bytes): Promise<Bytes> {
  return concat(owner.publicKey, publicKey, await signWith(owner.secretKey, LABEL, publicKey));
}

/** A key package of a device, at a new seat. */
export async function testPackage(
  suite: SuiteName,
  device?: TestDevice,
  more: { seatKey?: Bytes; rejoinKey?: Bytes; lifetimeDays?: number; now?: number } = {},
): Promise<TestPackage> {
  const made = device ?? (await testDevice());
  const seatKey = more.seatKey ?? testIdentity().publicKey;
  const { credential, signatureKey } = made;
  const request = { suite, credential, signatureKey, ...more, seatKey };
  return { device: made, seatKey, ...(await createKeyPackage(request)) };
}

/** Checks that verify the toy certificates and ask `authorise` (everything is allowed when left out). */
export function testChecks(
  authorise: (change: ProposedChange) => void = () => undefined,
): Checks<MemberInfo> {
  return { verifyCredential: verifyTestCredential, authorise };
}

/** Verifies a toy certificate. */
export async function verifyTestCredential(
  credential: Bytes,
  signatureKey: Bytes,
): Promise<MemberInfo> {
  const identity = credential.slice(0, 32);
  const certified = credential.slice(32, 64);
  if (credential.length !== 128 || !equalBytes(certified, signatureKey))
    throw new Error("certificate");
  const valid = await verifyWith(identity, LABEL, certified, credential.slice(64));
  if (!valid) throw new Error("certificate");
  return { identity };
}

/** The value, which must be there. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("a value is missing");
  return value;
}

/** Numbers in [0, below) that depend on the seed only (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** A group and the states of all its members, each of its own identity, in the order of their leaves. */
export async function testGroup(
  suite: SuiteName,
  size: number,
): Promise<{ members: Group[]; packages: TestPackage[] }> {
  const packages = await Promise.all(Array.from({ length: size }, () => testPackage(suite)));
  const [founder, ...others] = packages;
  const contextExtension = Uint8Array.of(1);
  const group = await createGroup({
    suite,
    groupId: globalThis.crypto.getRandomValues(new Uint8Array(32)),
    ...must(founder),
    contextExtension,
  });
  const checks = testChecks();
  const made = await commit(group, { add: others.map(({ keyPackage }) => keyPackage) }, checks);
  const joined = others.map((own) =>
    join({ ...own, welcome: must(made.welcome), tree: made.tree }, checks),
  );
  return { members: [made.pending, ...(await Promise.all(joined))], packages };
}

/** The code with which something is refused. @throws when it is not refused, or with another error. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MlsRefused))
    throw new Error("not refused with a typed error", { cause: error });
  return error.code;
}

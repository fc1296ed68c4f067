/** For tests: whole nodes on real sockets and files, and people who have accounts there. */
import { join } from "node:path";
import {
  createBoxKey,
  createDevice,
  createIdentity,
  identityIdOf,
  signPossession,
} from "@baraza/crypto";
import type {
  Bytes,
  CheckedRequestOf,
  ErrorCode,
  RequestOf,
  ResponseOf,
  RouteName,
} from "@baraza/protocol";
import {
  decodeResponse,
  encodeCbor,
  encodeRequest,
  fromBase64url,
  ProtocolError,
  toBase64url,
} from "@baraza/protocol";
import { expect } from "vitest";
import type { Config } from "../config.ts";
import { configOf } from "../config.ts";
import { randomBytes } from "../crypto-fast.ts";
import { httpClient, temporaryDirectory } from "../http/frame.testing.ts";
import type { NodeOptions } from "../node.ts";
import { createNode } from "../node.ts";

export type Call = <N extends RouteName>(
  name: N,
  request: RequestOf<N>,
  session?: Bytes,
) => Promise<ResponseOf<N>>;

/** Calls of a node's routes over one kept connection at a time; `from` is an address for nodes behind a proxy. */
export function apiOf(port: number, from?: string) {
  const client = httpClient(port);
  const call: Call = async (name, request, session) => {
    const headers: Record<string, string> = {};
    if (from !== undefined) headers["x-forwarded-for"] = from;
    if (session !== undefined) headers["authorization"] = `Bearer ${toBase64url(session)}`;
    const { status, body } = await client.post(name, encodeRequest(name, request), headers);
    return decodeResponse(name, status, body);
  };
  return { client, call };
}

export type BootOptions = NodeOptions & {
  config?: Partial<Config>;
  host?: string;
  dataDir?: string;
};

/** A node as `<host>.localhost:<port>` with open registration, in a directory of its own. `clock.now` may be moved. */
export async function bootNode(options: BootOptions = {}) {
  const { config = {}, host = "a", dataDir, ...rest } = options;
  const directory = await temporaryDirectory();
  const clock = { ahead: 0 };
  const dir = dataDir ?? join(directory.path, "data");
  const start = () =>
    createNode(
      configOf({
        dataDir: dir,
        port: 0,
        registration: "open",
        logLevel: "silent",
        appDir: join(directory.path, "no-app"),
        ...config,
      }),
      { name: (port) => `${host}.localhost:${port}`, now: () => Date.now() + clock.ahead, ...rest },
    );
  let node = await start();
  let api = apiOf(node.port);
  return {
    clock,
    dataDir: dir,
    directory: directory.path,
    get node() {
      return node;
    },
    get name() {
      return node.name;
    },
    get client() {
      return api.client;
    },
    call: ((...args) => api.call(...args)) as Call,
    now: () => Date.now() + clock.ahead,
    /** Stops and starts it on the same data; it has another port then, and so another name. */
    restart: async () => {
      api.client.close();
      await node.close();
      node = await start();
      api = apiOf(node.port);
    },
    close: async () => {
      api.client.close();
      await node.close();
      await directory.remove();
    },
  };
}

export type TestNode = Awaited<ReturnType<typeof bootNode>>;
type Registration = CheckedRequestOf<"accounts.registerFinish">;

/** What a client sends to open an account; the OPAQUE record is one that nobody can sign in with. */
export async function registrationOf(
  name: string,
  more: Partial<Registration> & { node: string; now?: number },
) {
  const { now = Date.now(), node, ...fields } = more;
  const identity = await createIdentity();
  const device = await createDevice(identity.record, identity.privateKey, now);
  const boxKey = await createBoxKey(identity, 1, now);
  const request: Registration = {
    name,
    record: "AAAA",
    ways: [{ id: randomBytes(16), way: "passphrase" }],
    identity: encodeCbor(identity.record),
    deviceCert: encodeCbor(device.certificate),
    boxKey: boxKey.record,
    vault: randomBytes(2048),
    possession: new Uint8Array(64),
    ...fields,
  };
  request.possession = await possessionOf(node, identity.privateKey, request);
  return { request, identity, identityId: identityIdOf(identity.record), device, boxKey };
}

/** The proof that whoever sends a registration has the identity's key. */
export function possessionOf(
  node: string,
  privateKey: Bytes,
  { name, identity, deviceCert, boxKey, record = "" }: Registration,
): Promise<Bytes> {
  return signPossession(privateKey, { node, name, identity, deviceCert, boxKey, record });
}

/** Somebody with an account and a session. */
export async function enrol(
  node: Pick<TestNode, "call" | "now" | "name">,
  name: string,
  more: Partial<Registration> = {},
) {
  const made = await registrationOf(name, { ...more, node: node.name, now: node.now() });
  const answer = await node.call("accounts.registerFinish", made.request);
  return { ...made, ...answer, name };
}
export type Person = Awaited<ReturnType<typeof enrol>>;

/** The code in the node's setup link. */
export async function setupCodeOf(node: TestNode): Promise<Bytes> {
  const link = await node.node.setupLink();
  if (link === null) throw new Error("there is an administrator");
  return fromBase64url(link.slice(link.indexOf("#") + 1));
}

/** Expects a refusal by code. @returns its data. */
export async function refuses(work: Promise<unknown>, code: ErrorCode) {
  const error: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error, `expected ${code}`).toBeInstanceOf(ProtocolError);
  if (!(error instanceof ProtocolError)) throw new Error("unreachable");
  expect(error.code).toBe(code);
  return error.data;
}

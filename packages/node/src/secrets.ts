/**
 * The node's own long-lived secrets: one file of mode 0600 in the data directory, made at the first start. Whoever
 * has it can speak as this node; whoever has it and the database can guess passphrases offline. Nothing in it opens
 * what people wrote.
 */
import { access, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { ed25519FromSeed, hkdf, randomBytes } from "@baraza/crypto";
import type { Ed25519KeyPair } from "@baraza/crypto";
import { createServerSetup } from "@baraza/crypto/opaque-server";
import type { Bytes } from "@baraza/protocol";
import { bytes32, encodeCbor, object, readAs } from "@baraza/protocol";
import * as v from "valibot";
import { restoringDir, secretsPath } from "./data-dir.ts";

/** What services are given. Every key has one purpose. */
export type NodeSecrets = {
  /** Signs node records, heads and pushes. */
  nodeKey: Ed25519KeyPair;
  /** Seals box addresses. */
  addressSecret: Bytes;
  /** Authenticates log sessions. */
  logSessionSecret: Bytes;
  /** Seals small secrets kept in the store: invitation codes, seeds of gateway keys. */
  storeSecret: Bytes;
  /** Seed of the key of blind tokens. */
  tokenSeed: Bytes;
  /** Hides account names in the key log: with another one it would be another log. */
  vrfSeed: Bytes;
  /** Seed of the key by which push services know this node: with another one every device would have to subscribe anew. */
  webPushSeed: Bytes;
  /** Long-term secret of OPAQUE (RFC 9807): when it changes, no passphrase opens anything any more. */
  opaqueSetup: string;
};

const stored = object({
  v: v.literal(1),
  nodeSeed: bytes32,
  secret: bytes32,
  opaqueSetup: v.pipe(v.string(), v.maxLength(4096)),
});

/**
 * Reads the secrets, and makes them where there are none.
 * @throws Error when the file is there and cannot be read: it is never replaced, since that would make another node.
 * Also when a restore was interrupted: what lies there is a part of a node.
 */
export async function loadSecrets(dataDir: string): Promise<NodeSecrets> {
  const path = secretsPath(dataDir);
  if (await exists(restoringDir(dataDir)))
    throw new Error("A restore was interrupted. Empty the data directory and run it again.");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
    bytes = encodeCbor({
      v: 1,
      nodeSeed: randomBytes(32),
      secret: randomBytes(32),
      opaqueSetup: await createServerSetup(),
    });
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeDurably(path, bytes);
  }
  const { nodeSeed, secret, opaqueSetup } = readAs(stored, bytes);
  const derive = (label: string, length = 32) => hkdf(secret, new Uint8Array(), label, length);
  return {
    nodeKey: ed25519FromSeed(nodeSeed),
    addressSecret: derive("baraza/node/addresses/1"),
    logSessionSecret: derive("baraza/node/log-sessions/1"),
    storeSecret: derive("baraza/node/store/1"),
    tokenSeed: derive("baraza/node/tokens/1"),
    vrfSeed: derive("baraza/node/key-log/1"),
    webPushSeed: derive("baraza/node/web-push/1", 48),
    opaqueSetup,
  };
}

/** Writes a file of mode 0600 so that after a crash it is there whole or not at all. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(join(path, ".."));
}

/** Makes names in a directory durable: a new file survives a power cut only then. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A node that lies about who is who: a real one whose store somebody changed, and a second one with the same key. */
import { request as httpRequest } from "node:http";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createIdentity, identityIdOf } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { encodeCbor, PATHS } from "@baraza/protocol";
import type { RunningNode } from "@baraza/node";
import { configOf, createNode } from "@baraza/node";
import { openDatabase } from "../../node/src/store/sqlite/database.ts";
import { logAccount } from "../../node/src/store/sqlite/keylog.ts";
import type { Answer, Between } from "./line.ts";
import type { TestNode } from "./node-handle.ts";

/** A second face of a node: a real node on a copy of its data, with the same name and the same key. */
export type Shadow = { running: RunningNode; dataDir: string; close(): Promise<void> };

/** Copies a node as it is now; from then on the two tell different stories under one signature. */
export async function shadowOf(node: TestNode): Promise<Shadow> {
  const dataDir = await node.backup();
  const running = await createNode(
    configOf({
      dataDir,
      host: "127.0.0.1",
      port: 0,
      registration: "open",
      logLevel: "silent",
      appDir: join(dataDir, "no-app"),
    }),
    { name: () => node.name },
  );
  return {
    running,
    dataDir,
    close: async () => {
      await running.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Sends what an engine asks of these routes to the other face. */
export function showsFace(shadow: Shadow, routes: (route: string) => boolean): Between {
  return (path, body, pass) => {
    const route = path.slice(PATHS.api.length);
    return path.startsWith(PATHS.api) && routes(route)
      ? post(shadow.running.port, path, body, sessions.get(shadow))
      : pass();
  };
}

/** Sessions that the other face is asked with: the engine's own stays with the first. */
const sessions = new WeakMap<Shadow, string>();

/** Lets the other face know whose session it is asked with. */
export function withSession(shadow: Shadow, session: Bytes): Shadow {
  sessions.set(shadow, Buffer.from(session).toString("base64url"));
  return shadow;
}

function post(port: number, path: string, body: Bytes, session?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/cbor",
      ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
    };
    const asked = httpRequest({ port, host: "127.0.0.1", path, method: "POST", headers });
    asked.once("error", reject);
    asked.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, body: new Uint8Array(Buffer.concat(parts)) });
      });
    });
    asked.end(body);
  });
}

/** Changes rows of a node's store behind its back. */
export function tamper(dataDir: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(join(dataDir, "store.sqlite"), { timeout: 5000 });
  try {
    change(db);
  } finally {
    db.close();
  }
}

/** Puts another identity in the place of an account's, as its node would; `logged`: in the key log too. @returns the new identity */
export async function substituteIdentity(
  dataDir: string,
  name: string,
  options: { logged: boolean },
): Promise<{ identityId: Bytes; identity: Bytes }> {
  const made = await createIdentity();
  const identityId = identityIdOf(made.record);
  const identity = encodeCbor(made.record);
  const db = openDatabase(join(dataDir, "store.sqlite"));
  try {
    db.exec("BEGIN IMMEDIATE");
    db.run(
      "UPDATE accounts SET identity_id = ?, identity = ? WHERE name = ?",
      identityId,
      identity,
      name,
    );
    const row = db.get<{ account: number }>("SELECT account FROM accounts WHERE name = ?", name);
    if (options.logged && row !== undefined) logAccount(db, row.account);
    db.exec("COMMIT");
  } finally {
    db.close();
  }
  return { identityId, identity };
}

/** An account's vault as its node keeps it. */
export function vaultOf(dataDir: string, name: string): { version: number; vault: Bytes } {
  let found: { version: number; vault: Bytes } | undefined;
  tamper(dataDir, (db) => {
    found = db
      .prepare("SELECT version, vault FROM vaults JOIN accounts USING (account) WHERE name = ?")
      .get(name) as typeof found;
  });
  if (found === undefined) throw new Error("no such account");
  return found;
}

const catalogues = new URL("../../web/src/i18n/catalogues/", import.meta.url);

/** The sentence of the English catalogue that a notice shows. */
export function sentenceOf(notice: { kind: string; name: string }): string {
  const words = JSON.parse(readFileSync(new URL("en-trust.json", catalogues), "utf8")) as Record<
    string,
    string
  >;
  return (words[`trust.notice.${notice.kind}`] ?? "").replaceAll("{name}", notice.name);
}

import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  createVaultKey,
  NO_VAULT,
  sealLetter,
  sealVault,
  sealVaultKeyTo,
  vaultWayOf,
  wayKeys,
} from "@baraza/crypto";
import * as opaque from "@baraza/crypto/opaque";
import type { Bytes, RequestOf, RouteName } from "@baraza/protocol";
import { decodeResponse, encodeRequest, toBase64url, toHex, utf8 } from "@baraza/protocol";
import { expect, test } from "vitest";
import { startChildNode, tokenFor } from "../child.testing.ts";
import { randomBytes, sha256 } from "../crypto-fast.ts";
import { databasePath } from "../data-dir.ts";
import { httpClient, temporaryDirectory } from "../http/frame.testing.ts";
import { testLog } from "./logs/log.testing.ts";
import { registrationOf } from "./node.testing.ts";

const NAME = "localhost:8080";
/** Texts that have a place where they may stand, and must stand nowhere else. */
const SECRET = {
  passphrase: "canary-passphrase-7c1d93",
  profile: "Canary Profile Name 51b2",
  letter: "canary letter body 90aa3e",
  target: "canary-target-4f6b.localhost:1",
  page: "canary-page-77be",
  address: "203.0.113.177",
  account: "canary-account-e8d0",
};

test("no log line tells a name, an address, a target or a secret; the disk holds no content and no session in clear", async () => {
  const directory = await temporaryDirectory();
  const dataDir = join(directory.path, "data");
  const child = await startChildNode(dataDir, {
    name: NAME,
    args: ["--registration", "open", "--trusted-proxy", "true", "--log-level", "debug"],
  });
  const output: Buffer[] = [];
  child.process.stdout?.on("data", (part: Buffer) => output.push(part));
  const { post, close } = httpClient(child.port);
  const call = async <N extends RouteName>(name: N, request: RequestOf<N>, session?: Bytes) => {
    const headers: Record<string, string> = { "x-forwarded-for": SECRET.address };
    if (session !== undefined) headers["authorization"] = `Bearer ${toBase64url(session)}`;
    const { status, body } = await post(name, encodeRequest(name, request), headers);
    return decodeResponse(name, status, body);
  };
  const site = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<title>${SECRET.page}</title>`);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const refused = (work: Promise<unknown>) => expect(work).rejects.toThrow(/./);
  const secrets: Record<string, Bytes> = {};
  try {
    const { account: name, passphrase } = SECRET;
    const started = await opaque.startRegistration(passphrase);
    const { response } = await call("accounts.registerStart", { name, request: started.request });
    const finished = await opaque.finishRegistration(passphrase, started.state, response);
    const made = await registrationOf(name, { node: NAME, record: finished.record });
    const { exportKey } = finished;
    const vaultKey = createVaultKey();
    const way = vaultWayOf(await wayKeys("passphrase", exportKey), { created: Date.now() });
    const wrap = await sealVaultKeyTo(vaultKey, made.identityId, way);
    const vault = await sealVault(vaultKey, [wrap], {
      v: 1,
      version: 1,
      prevHash: NO_VAULT,
      identity: made.identity.record,
      identityKey: made.identity.privateKey,
      profile: { name: SECRET.profile, address: `${name}@${NAME}` },
      boxKeys: [{ record: made.boxKey.record, privateKey: made.boxKey.privateKey }],
      spaces: [],
      nodes: [],
      ways: [way],
    });
    const { session, boxId } = await call("accounts.registerFinish", { ...made.request, vault });
    Object.assign(secrets, {
      session,
      identityKey: made.identity.privateKey,
      deviceKey: made.device.privateKey,
      vaultKey,
      exportKey,
    });

    const expires = Date.now() + 3_600_000;
    const invitation = randomBytes(16);
    const invited = { invitation, expires, uses: 1, kind: "person" as const };
    await call("invitations.create", { invitations: [invited] }, session);
    secrets["invitation"] = invitation;
    const ask = { boxId, scope: "letters" as const, expires, count: 1 };
    const address = (await call("boxes.addresses", ask, session)).addresses[0]?.address;
    if (address === undefined) throw new Error("no address");
    const sealed = await sealLetter({
      from: made.device,
      to: made.identityId,
      boxKey: made.boxKey.record,
      kind: "note",
      body: utf8(SECRET.letter),
      at: Date.now(),
    });
    await call("boxes.put", { address, ...sealed });
    secrets["boxAddress"] = address;

    const log = testLog(NAME);
    const { logId } = log;
    await call("logs.create", { genesis: log.genesis, token: await tokenFor(dataDir) });
    const { token } = await call("logs.session", await log.session());
    secrets["logToken"] = token;
    const chunk = randomBytes(1000);
    const blobId = randomBytes(16);
    await call("blobs.create", { logId, token, blobId, chunks: 1, bytes: 1000 });
    await call("blobs.put", { logId, token, blobId, index: 0, chunk, hash: sha256(chunk) });

    const { target, page } = SECRET;
    await refused(call("relay.forward", { target, encapsulated: randomBytes(99) }, session));
    await refused(call("relay.node", { target }, session));
    await refused(call("pages.look", { url: `http://${page}.localhost:1/${page}` }, session));
    const url = `http://${page}.localhost:${(site.address() as AddressInfo).port}/${page}`;
    expect(await call("pages.look", { url }, session)).toMatchObject({ url, title: page });
    await refused(call("identity.lookup", { name: `${name}-not` }));
    await refused(call("accounts.me", {}, randomBytes(32)));
    const { request } = await opaque.startSignIn(passphrase);
    await call("accounts.signInStart", { name, request });

    // A fault that no code stands for: the line about it must not quote what SQLite says.
    const cardId = randomBytes(16);
    const db = new DatabaseSync(databasePath(dataDir));
    db.exec("PRAGMA busy_timeout = 5000; DROP TABLE cards");
    db.close();
    await refused(call("cards.put", { cardId, sealed: utf8(SECRET.letter), expires }, session));
  } finally {
    site.close();
    close();
    await child.end("SIGTERM");
  }
  const log = Buffer.concat(output);
  const disk = Buffer.concat(await everyFile(dataDir));
  expect(log.toString()).toContain("request failed");

  for (const [what, text] of Object.entries(SECRET)) {
    expect(formsIn(log, utf8(text)), `${what} in the log`).toEqual([]);
    // The node knows the names of its own accounts: docs/running-a-node.md says so.
    if (what === "account") expect(formsIn(disk, utf8(text))).toEqual(["bytes"]);
    else expect(formsIn(disk, utf8(text)), `${what} on the disk`).toEqual([]);
  }
  for (const [what, bytes] of Object.entries(secrets)) {
    expect(formsIn(log, bytes), `${what} in the log`).toEqual([]);
    expect(formsIn(disk, bytes), `${what} on the disk`).toEqual([]);
  }
  await directory.remove();
});

test("the search finds what it looks for, in every form", () => {
  const canary = utf8(SECRET.letter);
  const text = SECRET.letter;
  for (const [form, bytes] of [
    ["bytes", Buffer.from(text)],
    ["utf16", Buffer.from(text, "utf16le")],
    ["hex", Buffer.from(toHex(canary))],
    ["base64", Buffer.from(Buffer.from(`x${text}y`).toString("base64"))],
    ["base64", Buffer.from(Buffer.from(`xx${text}y`).toString("base64url"))],
    ["base64", Buffer.from(toBase64url(canary))],
  ] as const)
    expect(formsIn(Buffer.concat([randomBytes(50), bytes, randomBytes(50)]), canary)).toEqual([
      form,
    ]);
});

/** In which forms the bytes occur: as they are, UTF-16, hexadecimal, base64 at each of its three alignments. */
function formsIn(haystack: Buffer, needle: Bytes): string[] {
  const plain = Buffer.from(needle);
  const forms: [string, Buffer[]][] = [
    ["bytes", [plain]],
    ["utf16", [Buffer.from(plain.toString("latin1"), "utf16le")]],
    ["hex", [Buffer.from(plain.toString("hex"))]],
    ["base64", [0, 1, 2].flatMap((shift) => base64Forms(plain, shift))],
  ];
  return forms
    .filter(([, bytes]) => bytes.some((one) => haystack.includes(one)))
    .map(([form]) => form);
}

/** The characters that depend on the needle alone when `shift` bytes stand before it. */
function base64Forms(needle: Buffer, shift: number): Buffer[] {
  const whole = Buffer.concat([Buffer.alloc(shift), needle]);
  const from = Math.ceil((shift * 8) / 6);
  const to = Math.floor((whole.length * 8) / 6);
  return (["base64", "base64url"] as const).map((encoding) =>
    Buffer.from(whole.toString(encoding).slice(from, to)),
  );
}

async function everyFile(dir: string): Promise<Buffer[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  return Promise.all(
    found.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name))),
  );
}

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { scale } from "@baraza/testkit/scale";
import { seeded } from "@baraza/testkit/seeded";
import type { Bytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { startChildNode, tokenFor } from "../child.testing.ts";
import { checkNode } from "../cli/check.ts";
import { randomBytes, sha256 } from "../crypto-fast.ts";
import { temporaryDirectory } from "../http/frame.testing.ts";
import { testLog } from "./logs/log.testing.ts";
import type { Call } from "./node.testing.ts";
import { apiOf, enrol, registrationOf } from "./node.testing.ts";

/** What the node has acknowledged. */
type Acknowledged = {
  /** "second" is the vault that was sent after the first; `put` when that was acknowledged too. */
  accounts: { name: string; session: Bytes; first: Bytes; second: Bytes; put: boolean }[];
  letters: { letterId: Bytes; hash: Bytes }[];
  chunks: { blobId: Bytes; hash: Bytes }[];
};

const NAME = "localhost:8080";
const KILLS = scale(5, 200);

test(
  `accounts, vaults, letters and blobs that were acknowledged are there after each of ${KILLS} kills`,
  () =>
    seeded(20_260_731, async (random) => {
      const directory = await temporaryDirectory();
      const dataDir = join(directory.path, "data");
      const start = () => startChildNode(dataDir, { name: NAME, args: ["--registration", "open"] });
      const said: Acknowledged = { accounts: [], letters: [], chunks: [] };
      let child = await start();
      let api = apiOf(child.port);
      const people = { name: NAME, call: ((...args) => api.call(...args)) as Call, now: Date.now };
      const owner = await enrol(people, "owner");
      const log = testLog(NAME);
      const { logId } = log;
      await api.call("logs.create", { genesis: log.genesis, token: await tokenFor(dataDir) });
      const { boxId, session } = owner;
      const { addresses } = await api.call(
        "boxes.addresses",
        { boxId, scope: "letters", expires: Date.now() + 3_600_000, count: 1 },
        session,
      );
      const address = addresses[0]?.address ?? new Uint8Array();

      for (let round = 0; round < KILLS; round++) {
        const { token } = await api.call("logs.session", await log.session());
        const clients = Array.from({ length: 4 }, () => apiOf(child.port));
        const before = said.accounts.length + said.letters.length + said.chunks.length;
        const limit = before + 5 + random.int(60);
        let enough: () => void = () => {};
        const loaded = new Promise<void>((resolve) => {
          enough = resolve;
        });
        const count = () => {
          if (said.accounts.length + said.letters.length + said.chunks.length >= limit) enough();
        };
        const load = clients.map(async ({ call }, index) => {
          for (let i = 0; ; i++) {
            if (index === 0) await openAccount(call, `r${round}n${i}`, said);
            else if (index === 1) await putLetter(call, address, said);
            else await putBlob(call, { logId, token }, said);
            count();
          }
        });
        const ended = Promise.allSettled(load);
        await loaded;
        await child.end("SIGKILL");
        await ended;
        for (const { client } of clients) client.close();
        api.client.close();

        child = await start();
        api = apiOf(child.port);
        await expectAll(api.call, { log, boxId, session }, said);
        expect(await checkNode(dataDir)).toEqual([]);
        said.accounts.length = 0;
        said.chunks.length = 0;
      }
      api.client.close();
      await child.end("SIGTERM");
      await rm(directory.path, { recursive: true });
    }),
  KILLS * 30_000,
);

async function openAccount(call: Call, name: string, said: Acknowledged): Promise<void> {
  const { request } = await registrationOf(name, { node: NAME });
  const { session } = await call("accounts.registerFinish", request);
  const second = randomBytes(3000);
  const account = { name, session, first: request.vault, second, put: false };
  said.accounts.push(account);
  await call("vault.put", { vault: second, version: 2 }, session);
  account.put = true;
}

async function putLetter(call: Call, address: Bytes, said: Acknowledged): Promise<void> {
  const letterId = randomBytes(16);
  const letter = randomBytes(2048);
  await call("boxes.put", { address, letterId, letter });
  said.letters.push({ letterId, hash: sha256(letter) });
}

async function putBlob(
  call: Call,
  log: { logId: Bytes; token: Bytes },
  said: Acknowledged,
): Promise<void> {
  const blobId = randomBytes(16);
  const chunk = randomBytes(30_000);
  const hash = sha256(chunk);
  await call("blobs.create", { ...log, blobId, chunks: 1, bytes: chunk.length });
  await call("blobs.put", { ...log, blobId, index: 0, chunk, hash });
  said.chunks.push({ blobId, hash });
}

async function expectAll(
  call: Call,
  { log, boxId, session }: { log: ReturnType<typeof testLog>; boxId: Bytes; session: Bytes },
  said: Acknowledged,
): Promise<void> {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  for (const { name, session: theirs, first, second, put } of said.accounts) {
    expect((await call("accounts.me", {}, theirs)).name).toBe(name);
    const { vault, version } = await call("vault.get", {}, theirs);
    // What was sent and not acknowledged may stand or not; what was acknowledged has to.
    if (put) expect(version).toBe(2);
    expect(hex(vault)).toBe(hex(version === 1 ? first : second));
  }
  const kept = new Map<string, string>();
  let after = 0;
  for (let more = true; more;) {
    const page = await call("boxes.read", { boxId, after }, session);
    for (const { seq, letterId, letter } of page.letters) {
      kept.set(hex(letterId), hex(sha256(letter)));
      after = seq;
    }
    ({ more } = page);
  }
  for (const { letterId, hash } of said.letters) expect(kept.get(hex(letterId))).toBe(hex(hash));
  const { logId } = log;
  const { token } = await call("logs.session", await log.session());
  for (const { blobId, hash } of said.chunks) {
    const { chunk } = await call("blobs.get", { logId, token, blobId, index: 0 });
    expect(hex(sha256(chunk))).toBe(hex(hash));
  }
}

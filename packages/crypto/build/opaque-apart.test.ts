import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type * as Opaque from "@serenity-kit/opaque";
import { expect, test } from "vitest";
import { forClients, forLocks, takeOut, withoutNames } from "./opaque-apart.ts";

const library = readFileSync(
  fileURLToPath(new URL("../esm/index.js", import.meta.resolve("@serenity-kit/opaque"))),
  "utf8",
);

test("the library's WebAssembly comes out whole, and its script is small without it", () => {
  const { script, wasm } = takeOut(library);
  // "\0asm", and all of what stood there.
  expect([...wasm.subarray(0, 4)]).toEqual([0, 97, 115, 109]);
  expect(library).toContain(`'${Buffer.from(wasm).toString("base64")}'`);
  expect(script.length).toBeLessThan(30_000);
  expect(script).toContain("wasmData()");
  expect(script).not.toContain("function wasmData");
});

test("a library whose text has changed stops the build", () => {
  expect(() => takeOut(library.replace("function wasmData", "function otherData"))).toThrow(
    "has changed",
  );
});

test("the module loses what only debuggers read, and nothing else", () => {
  const { wasm } = takeOut(library);
  const bare = withoutNames(wasm);
  expect(bare.length).toBeLessThan(wasm.length - 50_000);
  const before = sectionsOf(wasm);
  expect(before.filter(({ id }) => id === 0).length).toBeGreaterThan(0);
  expect(sectionsOf(bare)).toEqual(before.filter(({ id }) => id !== 0));
});

test("clients come in with the module without the server's half, which is not there", async () => {
  const { wasm } = takeOut(library);
  const slim = forClients(wasm);
  expect(slim.length).toBeLessThan(withoutNames(wasm).length - 30_000);
  const [whole, small] = await Promise.all([opaqueWith(wasm), opaqueWith(slim)]);
  const { server } = whole;
  const serverSetup = server.createSetup();
  const password = "seven quiet canoes under the mango tree";
  const begun = small.client.startRegistration({ password });
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier: "amina",
    registrationRequest: begun.registrationRequest,
  });
  const { registrationRecord, exportKey } = small.client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState: begun.clientRegistrationState,
  });
  for (const tried of [password, "another one"]) {
    const login = small.client.startLogin({ password: tried });
    const { loginResponse, serverLoginState } = server.startLogin({
      serverSetup,
      userIdentifier: "amina",
      registrationRecord,
      startLoginRequest: login.startLoginRequest,
    });
    const done = small.client.finishLogin({
      password: tried,
      loginResponse,
      clientLoginState: login.clientLoginState,
    });
    if (tried !== password) expect(done).toBeUndefined();
    else {
      expect(done?.exportKey).toBe(exportKey);
      const { finishLoginRequest = "" } = done ?? {};
      const { sessionKey } = server.finishLogin({ serverLoginState, finishLoginRequest });
      expect(sessionKey).toBe(done?.sessionKey);
    }
  }
  expect(() => small.server.createSetup()).toThrow("unreachable");
});

test("a lock plays both parts, each with its half of the module", async () => {
  const { wasm } = takeOut(library);
  expect(forLocks(wasm).length).toBeLessThan(withoutNames(wasm).length - 50_000);
  const [{ server }, { client }] = await Promise.all([
    opaqueWith(forLocks(wasm)),
    opaqueWith(forClients(wasm)),
  ]);
  const serverSetup = server.createSetup();
  const userIdentifier = "this device";
  const begun = client.startRegistration({ password: "482913" });
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier,
    registrationRequest: begun.registrationRequest,
  });
  const { registrationRecord, exportKey } = client.finishRegistration({
    password: "482913",
    registrationResponse,
    clientRegistrationState: begun.clientRegistrationState,
  });
  for (const [tried, opens] of [
    ["482913", exportKey],
    ["000000", undefined],
  ] as const) {
    const login = client.startLogin({ password: tried });
    const { loginResponse } = server.startLogin({
      serverSetup,
      userIdentifier,
      registrationRecord,
      startLoginRequest: login.startLoginRequest,
    });
    const { clientLoginState } = login;
    const done = client.finishLogin({ password: tried, loginResponse, clientLoginState });
    expect(done?.exportKey).toBe(opens);
  }
  expect(() => server.getPublicKey(serverSetup)).toThrow("unreachable");
});

/** The library with another module in the place of its own. */
async function opaqueWith(
  wasm: Uint8Array,
): Promise<Pick<typeof Opaque, "client" | "server" | "ready">> {
  const text = library.replace(
    /(?<=\(0, null, ')[A-Za-z0-9+/=]+/,
    Buffer.from(wasm).toString("base64"),
  );
  const url = `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;
  const loaded = (await import(url)) as typeof Opaque;
  await loaded.ready;
  return loaded;
}

/** A module's sections, each by its id and a hash. */
function sectionsOf(wasm: Uint8Array): { id: number; hash: string }[] {
  const sections: { id: number; hash: string }[] = [];
  for (let at = 8; at < wasm.length;) {
    const id = wasm[at++] ?? 0;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++] ?? 0;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    const hash = createHash("sha256").update(wasm.subarray(at, at + size));
    sections.push({ id, hash: hash.digest("hex") });
    at += size;
  }
  return sections;
}

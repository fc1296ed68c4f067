import { beforeAll, expect, test } from "vitest";
import {
  createServerSetup,
  registrationResponse,
  signInFinish,
  signInResponse,
} from "./opaque-server.ts";
import { finishRegistration, finishSignIn, startRegistration, startSignIn } from "./opaque.ts";
import { refuses } from "./test-helpers.ts";

let setup: string;
let record: string;
let exportKey: Uint8Array;
beforeAll(async () => {
  setup = await createServerSetup();
  const start = await startRegistration("correct horse");
  const response = await registrationResponse(setup, "alice", start.request);
  ({ record, exportKey } = await finishRegistration("correct horse", start.state, response));
});

async function signIn(passphrase: string, kept: string | null = record, name = "alice") {
  const start = await startSignIn(passphrase);
  const { state, response } = await signInResponse(setup, kept, name, start.request);
  return { state, ...(await finishSignIn(passphrase, start.state, response)) };
}

test("the right passphrase gives the same export key and a session key that both sides share", async () => {
  const { state, finish, exportKey: again, sessionKey } = await signIn("correct horse");
  expect(again).toEqual(exportKey);
  expect(again.length).toBe(64);
  expect((await signInFinish(state, finish)).sessionKey).toEqual(sessionKey);
});

test("the same passphrase in another Unicode form is the same", async () => {
  const start = await startRegistration("cafe\u0301 ﬁn");
  const response = await registrationResponse(setup, "bob", start.request);
  const bob = await finishRegistration("cafe\u0301 ﬁn", start.state, response);
  expect((await signIn("caf\u00e9 fin", bob.record, "bob")).exportKey).toEqual(bob.exportKey);
});

test("a wrong passphrase, an unknown account and another account's record are refused alike", async () => {
  await refuses(() => signIn("wrong"), "wrong_passphrase");
  await refuses(() => signIn("correct horse", null), "wrong_passphrase");
  await refuses(() => signIn("correct horse", record, "mallory"), "wrong_passphrase");
});

test("an unknown account is answered in the same form", async () => {
  const start = await startSignIn("x");
  const known = await signInResponse(setup, record, "alice", start.request);
  const unknown = await signInResponse(setup, null, "nobody", start.request);
  expect(unknown.response.length).toBe(known.response.length);
});

test("the finish of one sign-in is worth nothing in another", async () => {
  const one = await signIn("correct horse");
  const two = await signIn("correct horse");
  await refuses(() => signInFinish(two.state, one.finish), "wrong_passphrase");
});

test("messages of any shape are refused with a code", async () => {
  const { state } = await signIn("correct horse");
  for (const bad of ["", "AAAA", "not base64 !", "A".repeat(500)]) {
    await refuses(() => registrationResponse(setup, "a", bad), "bad_input");
    await refuses(() => signInResponse(setup, record, "a", bad), "bad_input");
    await refuses(() => signInFinish(state, bad), "wrong_passphrase");
    const start = await startSignIn("x");
    await refuses(() => finishSignIn("x", start.state, bad), "wrong_passphrase");
  }
});

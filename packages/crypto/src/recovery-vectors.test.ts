import { decodeHelpFragment, equalBytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { buildRecoveryVectors } from "../vectors/make-recovery.ts";
import { openHelp, openRescue, rescueCode, rescueKeys } from "./rescue.ts";
import { combineShares, verifyShare } from "./shares.ts";
import { hex, vectors } from "./test-helpers.ts";

type File = Record<string, string> & { shares: string[] };
const file = vectors<File>("recovery.json");
const of = (name: string) => hex(file[name] ?? "");

test("what this code makes from the fixed inputs is what the file holds", async () => {
  expect(await buildRecoveryVectors()).toEqual(file);
});

test("the file opens: the request behind its link, and the help that was given", async () => {
  const { secret } = decodeHelpFragment(file["fragment"] ?? "");
  expect(secret).toEqual(of("linkSecret"));
  expect(rescueKeys(secret).dropId).toEqual(of("dropId"));
  const request = await openRescue(secret, of("sealedRequest"));
  expect(rescueCode(secret, request)).toBe(file["code"]);
  const privateKey = of("requestPrivateKey");
  const opened = await openHelp({ secret, request, privateKey, item: of("help") });
  expect(equalBytes(opened.share, hex(file.shares[0] ?? ""))).toBe(true);
});

test("two of the file's shares give its secret", async () => {
  const shares = await Promise.all(file.shares.map((one) => verifyShare(hex(one))));
  expect(await combineShares(shares.slice(1), async () => of("publicKey"))).toEqual(of("secret"));
});

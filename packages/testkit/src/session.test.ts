import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";

const PASSPHRASE = "acacia harbour lantern drum";

let net: Network;
let amina: Person;
let bruno: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({
    node: 0,
    name: "amina",
    displayName: "Amina",
    passphrase: PASSPHRASE,
  });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  spaceId = await spaceOf(amina, [bruno], { title: "Still here" });
});
afterAll(() => net.close());

test("a session that the node ended destroys nothing: one signs in again and what waited goes out", async () => {
  await amina.commands["chat.send"]({ spaceId, text: "before" });
  await untilText(bruno, spaceId, "before");
  await net.node(0).kill();
  const db = new DatabaseSync(join(net.node(0).dataDir, "store.sqlite"));
  // As after a change of the passphrase: the device does not come back by its own key.
  db.exec("DELETE FROM sessions; UPDATE devices SET locked = 1");
  db.close();
  await amina.commands["chat.send"]({ spaceId, text: "written meanwhile" });
  await net.node(0).restart();
  await amina.until("status", {}, (one) => one.sessionEnded);
  await untilText(amina, spaceId, "before");
  await expect(
    amina.commands["account.signInAgain"]({ passphrase: "something else entirely" }),
  ).rejects.toMatchObject({ code: "wrong_passphrase" });
  await amina.commands["account.signInAgain"]({ passphrase: PASSPHRASE });
  await amina.until("status", {}, (one) => !one.sessionEnded && one.line === "online");
  await untilText(bruno, spaceId, "written meanwhile");
  await bruno.commands["chat.send"]({ spaceId, text: "and after" });
  await untilText(amina, spaceId, "and after");
  expect((await amina.now("space", { spaceId }))?.trouble).toBeNull();
});

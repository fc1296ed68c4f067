import { encodeError, PATHS, ProtocolError } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let spaceId: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 1, name: "carla", displayName: "Carla" });
  spaceId = await spaceOf(amina, [bruno, carla]);
});
afterAll(() => net.close());

const card = (who: Person, of: Person) => who.now("person", { identityId: of.identityId });

test("one state for each person, the same in the list and on their page", async () => {
  await bruno.until("people", { spaceId }, (list) => list.length === 3);
  expect((await card(amina, bruno))?.check).toBe("invited");
  expect((await card(bruno, amina))?.check).toBe("invited");
  const met = await bruno.until(
    "person",
    { identityId: carla.identityId },
    (person) => person !== null && person.via !== null,
  );
  expect([met?.check, met?.via]).toEqual(["known", "Amina"]);
  const list = await bruno.now("people", { spaceId });
  expect(list.find((one) => one.identityId === carla.identityId)?.check).toBe("known");
  expect((await card(amina, amina))?.check).toBe("you");
  expect(await card(amina, { ...bruno, identityId: "00".repeat(32) })).toBeNull();
});

test("people of a small conversation are compared with their node's record by themselves", async () => {
  await amina.until("person", { identityId: bruno.identityId }, (one) => one?.record === "fits");
  expect(await amina.now("notices", {})).toEqual([]);
});

test("both sides see one number, and a scanned code is a meeting", async () => {
  const of = (who: Person, other: Person) =>
    who.commands["person.number"]({ identityId: other.identityId });
  expect(await of(amina, bruno)).toEqual(await of(bruno, amina));
  expect(await of(amina, bruno)).not.toEqual(await of(amina, carla));
  const { code } = await carla.commands["person.ownCode"]({});
  await expect(
    bruno.commands["person.scan"]({ code, identityId: amina.identityId }),
  ).rejects.toMatchObject({ code: "code_mismatch" });
  for (const wrong of ["", "https://example.org", code.slice(0, 30), `${code}\n\0`.slice(5)])
    await expect(bruno.commands["person.scan"]({ code: wrong })).rejects.toMatchObject({
      code: "code_wrong",
    });
  expect(await bruno.commands["person.scan"]({ code })).toEqual({
    identityId: carla.identityId,
    name: "Carla",
  });
  expect((await card(bruno, carla))?.check).toBe("met");
  await bruno.commands["person.confirm"]({ identityId: carla.identityId, how: "code" });
  expect((await card(bruno, carla))?.check).toBe("met");
  await bruno.commands["person.doubt"]({ identityId: carla.identityId });
  expect((await card(bruno, carla))?.check).toBe("unchecked");
});

test("without a line, and at a node of before the key log, nothing is claimed and nothing is blocked", async () => {
  const { identityId } = carla;
  await carla.until("notices", {}, () => true);
  amina.line.cut();
  await expect(amina.commands["person.look"]({ identityId })).rejects.toMatchObject({
    code: "offline",
  });
  expect((await card(amina, carla))?.changed).toBeNull();
  amina.line.mend();
  // Carla's own node stands in for an old one.
  const old = encodeError(new ProtocolError("unknown_route"));
  carla.line.between((path, _body, pass) =>
    path.startsWith(`${PATHS.api}keylog.`) ? Promise.resolve({ status: 404, body: old }) : pass(),
  );
  expect(await carla.commands["person.look"]({ identityId: bruno.identityId })).toEqual({
    record: "open",
  });
  carla.line.between(null);
  await amina.commands["chat.send"]({ spaceId, text: "still here" });
  await untilText(carla, spaceId, "still here");
  for (const one of [amina, bruno, carla]) expect(one.faults).toEqual([]);
});

test("a device that was removed hands the identity on: the others are not troubled", async () => {
  const second = await bruno.secondDevice();
  await second.until("space", { spaceId }, (space) => space?.state === "active");
  await bruno.until("notices", {}, (list) => list.some(({ kind }) => kind === "ownDevice"));
  const devices = await bruno.until("devices.list", {}, (list) => list.length === 2);
  const other = devices.find(({ here }) => !here);
  if (other === undefined) throw new Error("no other device");
  await bruno.commands["devices.remove"]({ deviceId: other.deviceId });
  await amina.until("person", { identityId: bruno.identityId }, (one) =>
    (one?.history ?? []).some(({ kind }) => kind === "handedOn"),
  );
  expect((await card(amina, bruno))?.changed).toBeNull();
  expect(await amina.now("notices", {})).toEqual([]);
  await bruno.commands["chat.send"]({ spaceId, text: "on this one only" });
  await untilText(amina, spaceId, "on this one only");
});

/** A person in many spaces with a long history, for measuring how a new device gets there: real engines and a real node process. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Network, Person } from "@baraza/testkit";
import { bringIn, network, until } from "@baraza/testkit";

export type ManySpaces = {
  net: Network;
  /** Her first device, which is in all spaces. */
  amina: Person;
  /** A member of one of them, so that not everything is hers alone. */
  bruno: Person;
  spaceIds: readonly string[];
  /** How many messages there are in all. */
  messages: number;
};

const AT_ONCE = 64;

/** Boots one node as a process and lets two people fill their spaces. */
export async function manySpaces(spaces: number, messages: number): Promise<ManySpaces> {
  const net = await network({ nodes: 1, processes: true });
  const amina = await net.person({ name: "amina" });
  const bruno = await net.person({ name: "bruno" });
  const spaceIds: string[] = [];
  const each = Math.ceil(messages / spaces);
  for (let i = 0; i < spaces; i++) {
    const { spaceId } = await amina.commands["space.create"]({ title: `Space ${i}` });
    spaceIds.push(spaceId);
    if (i === 0) await bringIn(amina, bruno, spaceId);
    for (let from = 0; from < each; from += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, each - from) }, (_, index) =>
          amina.commands["chat.send"]({
            spaceId,
            text: `Message ${from + index}: the pump by the school runs again, thank you all`,
          }),
        ),
      );
  }
  await untilSent(amina);
  return { net, amina, bruno, spaceIds, messages: each * spaces };
}

/** How many messages a device has opened, read beside its engine. */
export function messagesOn({ directory }: Person): number {
  const db = new DatabaseSync(join(directory, "store.db"), { readOnly: true });
  try {
    const row = db
      .prepare("SELECT count(*) AS count FROM events WHERE type = 'chat.message'")
      .get();
    return Number(row?.["count"] ?? 0);
  } finally {
    db.close();
  }
}

/** Waits until nothing of a person waits to be sent any more; a hundred thousand messages take minutes. */
export async function untilSent(person: Person): Promise<void> {
  await until(
    async () => (await person.now("status", {})).waiting === 0,
    "everything to be sent",
    1_800_000,
  );
}

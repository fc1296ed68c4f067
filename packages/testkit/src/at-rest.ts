/** What an engine has stored: for tests in which people go away for good. */
import type { Bytes } from "@baraza/protocol";
import { storeRows } from "./inspect.ts";
import type { Person } from "./person.ts";
import { until } from "./until.ts";

/** Everything that somebody wrote is at the hub, and the vault knows of every space. */
export async function atRest(person: Person): Promise<void> {
  await person.until("status", {}, ({ waiting }) => waiting === 0);
  await until(() => {
    const [row] = storeRows<{ vault_dirty: number }>(
      person.directory,
      "SELECT vault_dirty FROM account",
    );
    return row?.vault_dirty === 0;
  });
}

/** Waits until somebody is in a space. */
export const isIn = (spaceId: string, person: Person) =>
  person.until("space", { spaceId }, (space) => space?.state === "active");

/** What an engine's store says of a space. */
export const spaceRow = (person: Person, spaceId: string) =>
  storeRows<{ gen: number; seq: number; head: Bytes; mls: Bytes; epoch: number }>(
    person.directory,
    "SELECT * FROM spaces WHERE log_id = ?",
    spaceId,
  )[0]!;

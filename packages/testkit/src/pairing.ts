/** What tests do to pair two devices. */
import type { Pairing } from "@baraza/engine";
import type { Person } from "./person.ts";

/** Shows a code on a device without an account. @returns what its screen shows */
export async function showCode(fresh: Person): Promise<{ code: string; link: string }> {
  await fresh.commands["devices.offer"]({});
  const { code, link } = await untilStep(fresh, "showing");
  if (code === null || link === null) throw new Error("unreachable");
  return { code, link };
}

/** Waits until a side of a pairing has come to a step. */
export async function untilStep(person: Person, step: Pairing["step"]): Promise<Pairing> {
  const view = await person.until("devices.pairing", {}, (one) => one?.step === step);
  if (view === null) throw new Error("unreachable");
  return view;
}

/** Brings a further device in by its picture. */
export async function pairByPicture(old: Person, fresh: Person): Promise<void> {
  const { link } = await showCode(fresh);
  await old.commands["devices.join"]({ code: link });
  await untilStep(old, "confirm");
  await old.commands["devices.confirm"]({});
  await untilStep(old, "done");
  await fresh.until("account", {}, (account) => account !== null);
}

/** What tests do with spaces all the time: making one, bringing people in, waiting until all have read the same. */
import type { Message } from "@baraza/engine";
import type { Person } from "./person.ts";

/** The fragment of a link that {@link Person}'s `space.invite` gave. */
export function fragmentOf(link: string): string {
  return link.slice(link.indexOf("#") + 1);
}

/** `host` makes a space; each guest is invited by link and waits until they are in. @returns its id */
export async function spaceOf(
  host: Person,
  guests: readonly Person[],
  options: { title?: string; history?: "none" | "all" } = {},
): Promise<string> {
  const { spaceId } = await host.commands["space.create"]({
    title: options.title ?? "A space",
    history: options.history ?? "all",
  });
  for (const guest of guests) await bringIn(host, guest, spaceId);
  return spaceId;
}

/** Invites by link, asks, and waits until the guest is in and has read what there is. */
export async function bringIn(host: Person, guest: Person, spaceId: string): Promise<void> {
  const { link } = await host.commands["space.invite"]({ spaceId, days: 7 });
  await guest.commands["space.ask"]({ fragment: fragmentOf(link) });
  await guest.until("space", { spaceId }, (space) => space?.state === "active");
  await host.until("people", { spaceId }, (people) =>
    people.some((one) => one.identityId === guest.identityId),
  );
}

/** The messages as a screen shows them, oldest first, without notices. */
export async function messagesOf(person: Person, spaceId: string): Promise<Message[]> {
  const { messages } = await person.now("chat.messages", { spaceId, limit: 500 });
  return messages.filter((one) => one.notice === null);
}

/** Waits until somebody's list of texts is just this (deleted ones are empty). */
export async function untilTexts(
  person: Person,
  spaceId: string,
  texts: readonly string[],
): Promise<void> {
  const wanted = JSON.stringify(texts);
  await person.until(
    "chat.messages",
    { spaceId, limit: 500 },
    ({ messages }) =>
      JSON.stringify(messages.filter((one) => one.notice === null).map((one) => one.text)) ===
      wanted,
  );
}

/** Waits until somebody has a message with this text in the log. @returns it */
export async function untilText(person: Person, spaceId: string, text: string): Promise<Message> {
  const page = await person.until("chat.messages", { spaceId, limit: 500 }, ({ messages }) =>
    messages.some((one) => one.text === text && one.state !== "waiting"),
  );
  const found = page.messages.find((one) => one.text === text);
  if (found === undefined) throw new Error("unreachable");
  return found;
}

/** Waits until somebody's engine has a message. */
export async function untilMessage(
  person: Person,
  spaceId: string,
  eventId: string,
): Promise<void> {
  await person.until("chat.messages", { spaceId, limit: 500 }, ({ messages }) =>
    messages.some((one) => one.eventId === eventId),
  );
}

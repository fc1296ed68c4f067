/**
 * Giving on the card of somebody whom one knows. What stands on it are the author's words: a reader's device says beside them what it
 * knows itself.
 */
import * as v from "valibot";
import { checkOf } from "../../trust/queries.ts";
import { checkArguments, hexId, invalid } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import { say } from "./attach.ts";
import { MEDIA_LIMITS } from "./media.ts";
import type { Contact, ContactKnown, KnownPerson, MediaCommands, MediaLive } from "./media-api.ts";

/** People that one chooses among. */
const MOST = 2000;

type Row = {
  identity_id: string;
  name: string;
  address: string;
  state: string | null;
  changed: string | null;
  log_id: string | null;
};

const PEOPLE = `
SELECT p.identity_id, p.name, p.address, p.state, k.changed,
  (SELECT s.log_id FROM spaces s JOIN members m ON m.log_id = s.log_id WHERE s.kind = 'pair' AND s.state = 'active'
     AND m.identity_id = p.identity_id AND m.present = 1 ORDER BY s.log_id LIMIT 1) AS log_id
FROM people p LEFT JOIN person_keys k ON k.identity_id = p.identity_id
WHERE p.address <> '' AND p.identity_id <> coalesce((SELECT identity_id FROM account), '')`;

const personOf = (row: Row): KnownPerson => ({
  identityId: row.identity_id,
  name: row.name,
  address: row.address,
  check: checkOf(row),
  spaceId: row.log_id,
});

/** Everybody whom one knows and has not blocked, by name. */
export async function contacts(context: ToolContext): Promise<KnownPerson[]> {
  const rows = await context.all<Row>(
    `${PEOPLE} AND NOT EXISTS (SELECT 1 FROM marks b WHERE b.kind = 'block' AND b.key = p.identity_id AND b.value IS NOT NULL)
     ORDER BY p.name COLLATE NOCASE, p.identity_id LIMIT ${MOST}`,
  );
  return rows.map(personOf);
}

export async function sendContact(
  context: ToolContext,
  args: Parameters<MediaCommands["chat.sendContact"]>[0],
): ReturnType<MediaCommands["chat.sendContact"]> {
  const given = checkArguments(
    v.object({
      spaceId: hexId(32),
      channel: v.optional(hexId(16)),
      identityId: hexId(32),
      replyTo: v.optional(hexId(16)),
    }),
    args,
  );
  const row = await context.get<Row>(`${PEOPLE} AND p.identity_id = ?`, [given.identityId]);
  if (row === undefined) throw invalid("identityId");
  const { identityId, name, address, check } = personOf(row);
  const contact: Contact = {
    address: address.slice(0, MEDIA_LIMITS.address),
    name: name.slice(0, MEDIA_LIMITS.contactName),
    identityId,
    checked: check === "met" || check === "code",
  };
  return say(context, given.spaceId, given.channel, { contact }, given.replyTo ?? null);
}

const contactArguments = v.object({
  contact: v.object({
    address: v.pipe(v.string(), v.maxLength(MEDIA_LIMITS.address)),
    name: v.pipe(v.string(), v.maxLength(MEDIA_LIMITS.contactName)),
    identityId: v.nullable(hexId(32)),
    checked: v.boolean(),
  }),
});

/** What this device knows of a contact that somebody sent. */
export async function contact(
  context: ToolContext,
  args: MediaLive["chat.contact"]["args"],
): Promise<ContactKnown> {
  const { contact: card } = checkArguments(contactArguments, args);
  const { identityId, address } = card;
  const row =
    identityId === null
      ? undefined
      : await context.get<Row>(`${PEOPLE} AND p.identity_id = ?`, [identityId]);
  const other =
    identityId === null
      ? undefined
      : await context.get<{ name: string }>(
          "SELECT name FROM people WHERE identity_id <> ? AND address = ? COLLATE NOCASE LIMIT 1",
          [identityId, address.trim()],
        );
  return {
    known: row === undefined ? null : personOf(row),
    you: identityId === context.me(),
    otherAddress: other?.name ?? null,
  };
}

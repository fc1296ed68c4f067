/** The chat tool's tables. What each is for is explained in reducer.ts, which fills them. */
import { CHANNEL_TABLES } from "./channels.ts";
import { MEDIA_TABLES } from "./media.ts";
import { ONCE_TABLES } from "./once.ts";
import { OWN_EMOJI_TABLES } from "./own-emoji.ts";
import { PIN_TABLES } from "./pins.ts";
import { POLL_TABLES } from "./polls.ts";
import { THREAD_TABLES } from "./threads.ts";

export const chatSchema = `
CREATE TABLE IF NOT EXISTS chat_messages (
  id INTEGER PRIMARY KEY,
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  mine INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- As edited last; blank once a deletion is confirmed.
  text TEXT NOT NULL,
  reply_to TEXT,
  -- Identity ids, a JSON array.
  mentions TEXT NOT NULL,
  mentions_me INTEGER NOT NULL,
  edited_at INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0,
  -- As it was written first; blank once a deletion is confirmed.
  original TEXT NOT NULL DEFAULT '',
  -- Who deleted it, when that was not its author.
  deleted_by TEXT,
  -- The message whose thread it is part of; 1: it stands there alone, not in the conversation too.
  thread TEXT,
  aside INTEGER NOT NULL DEFAULT 0,
  -- Brought from another conversation: whose words they are said to be; empty: without a name.
  forwarded TEXT,
  -- 1: the text is the question of a poll, see polls.ts.
  poll INTEGER NOT NULL DEFAULT 0,
  -- What it has beside its text: MessageMedia, JSON.
  media TEXT,
  -- What needs a newer app: 1 the message itself, 2 the last change to it.
  newer INTEGER NOT NULL DEFAULT 0,
  -- The channel that it stands in (empty: the first), and the one that it names.
  channel TEXT NOT NULL DEFAULT '',
  named_channel TEXT,
  -- 1: meant for everybody in the channel.
  everyone INTEGER NOT NULL DEFAULT 0,
  UNIQUE (log_id, event_id)
) STRICT;
CREATE INDEX IF NOT EXISTS chat_messages_by_position ON chat_messages (log_id, position);
CREATE INDEX IF NOT EXISTS chat_messages_in_line ON chat_messages (log_id, channel, position) WHERE aside = 0;
CREATE INDEX IF NOT EXISTS chat_messages_of_others ON chat_messages (log_id, channel, position)
  WHERE mine = 0 AND deleted = 0 AND aside = 0;
CREATE INDEX IF NOT EXISTS chat_messages_by_thread ON chat_messages (log_id, thread, position) WHERE thread IS NOT NULL;
CREATE INDEX IF NOT EXISTS chat_messages_aside ON chat_messages (log_id, channel, position) WHERE aside = 1;
CREATE INDEX IF NOT EXISTS chat_messages_by_named ON chat_messages (log_id, named_channel) WHERE named_channel IS NOT NULL;

CREATE TABLE IF NOT EXISTS chat_changes (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  -- edit, delete, newer
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  author TEXT NOT NULL,
  steward INTEGER NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_changes_by_target ON chat_changes (log_id, target, position);

CREATE TABLE IF NOT EXISTS chat_reactions (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  target TEXT NOT NULL,
  emoji TEXT NOT NULL,
  author TEXT NOT NULL,
  position INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  is_on INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_reactions_by_target ON chat_reactions (log_id, target, position);
CREATE INDEX IF NOT EXISTS chat_reactions_by_position ON chat_reactions (log_id, position);

-- Kept through rebuilds, see [Note: Rulings] in ../rulings.ts.
CREATE TABLE IF NOT EXISTS chat_rulings (
  log_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  steward INTEGER NOT NULL,
  PRIMARY KEY (log_id, event_id, position)
) STRICT, WITHOUT ROWID;

-- What a rebuild keeps goes when the space is taken off this device.
CREATE TRIGGER IF NOT EXISTS chat_space_gone AFTER DELETE ON spaces BEGIN
  DELETE FROM chat_rulings WHERE log_id = old.log_id;
END;
${PIN_TABLES}${POLL_TABLES}${THREAD_TABLES}${MEDIA_TABLES}${ONCE_TABLES}${CHANNEL_TABLES}${OWN_EMOJI_TABLES}`;

/** Emptied by a rebuild, before all events are played again. */
export const chatDerived = [
  "chat_messages",
  "chat_changes",
  "chat_reactions",
  "chat_pins",
  "chat_pinned",
  "chat_polls",
  "chat_poll_acts",
  "chat_follows",
  "chat_attached",
  "chat_onces",
  "chat_channel_acts",
  "chat_channels",
  "chat_emoji_acts",
  "chat_emojis",
] as const;

/** Indexes for what is new: tools' tables by position, so that only what lies behind the read position is looked at. */
import type { Migration } from "../store/migrate.ts";

const UP = `
CREATE INDEX news_files ON files_nodes (log_id, position) WHERE rank = 1 AND mine = 0;
CREATE INDEX news_comments ON files_comments (log_id, position) WHERE mine = 0;
`;

export const NEWS_MIGRATIONS: readonly Migration[] = [{ version: 1, up: UP }];

export const NEWS_TABLES = [
  "spaces",
  "activity",
  "read_positions",
  "chat_channels",
  "marks",
  "chat_messages",
  "chat_reactions",
  "files_nodes",
  "files_comments",
  "notices",
  "members",
  "people",
  "proposals",
  "proposal_answers",
] as const;

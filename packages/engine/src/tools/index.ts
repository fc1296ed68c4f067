/** All tools of the engine, in the order in which their reducers run. */
import { brought } from "./brought/index.ts";
import { chat } from "./chat/index.ts";
import { files } from "./files/index.ts";
import { marks } from "./marks/index.ts";
import { segments } from "./segments/index.ts";
import type { Tool } from "./tool.ts";

export const tools: readonly Tool[] = [marks, chat, files, brought, segments];

/** All tools of the engine, in the order in which their reducers run. */
import { chat } from "./chat/index.ts";
import { files } from "./files/index.ts";
import type { Tool } from "./tool.ts";

export const tools: readonly Tool[] = [chat, files];

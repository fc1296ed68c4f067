/** What decode.browser.test.ts has on its page. */
import { createDecoder } from "./decoder.ts";
import { lookIntoMedia } from "./media.ts";
import { freed } from "./strip/free.ts";

export const tools = { createDecoder, freed, lookIntoMedia, decoder: createDecoder() };

Object.assign(globalThis, tools);

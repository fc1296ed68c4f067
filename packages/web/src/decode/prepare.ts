/** What a tab needs to make a file ready and to look into one, fetched together with the first of them. */
export { createDecoder } from "./decoder.ts";
export { lookIntoMedia } from "./media.ts";
export { sniff } from "./sniff.ts";
export { ranged } from "./source.ts";
export { freed } from "./strip/free.ts";

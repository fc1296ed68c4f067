/** All of this area that a first visit does without: loaded where another node keeps a copy of a space. */
export { lookNow, setMirrors } from "./commands.ts";
export { entriesFromCopy } from "./gather.ts";
export { readInstead } from "./read.ts";
export { tendMirrors } from "./tend.ts";
export { topUpAt } from "./top-up.ts";

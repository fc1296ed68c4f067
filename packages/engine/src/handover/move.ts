/** All of this area that a first visit does without: loaded when a space has another hub, or is to have one. */
export { bringTo } from "./bring.ts";
export { resumeMove } from "./carry-out.ts";
export { followedMove, hubKeyOf, judgeHeard, learnMove } from "./follow.ts";
export { askWhere, readLeadingLetter, tellStewards } from "./letters.ts";
export { rewind } from "./rewind.ts";
export { tendMove } from "./tend.ts";

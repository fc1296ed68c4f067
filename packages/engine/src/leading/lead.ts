/** All of this area that a first visit does without: loaded when there is something to decide. */
export { handOver, leadingCommands, needsOthers, proposeAbout, stepDown } from "./commands.ts";
export { tendConfirmation } from "./confirm.ts";
export { isOver } from "./over.ts";
export { leadingOf } from "./state-queries.ts";
export { proposeRecord } from "./sign.ts";
export { tendLeading } from "./tend-leading.ts";
export { completeProofs, forked, proofFor } from "../spaces/proof.ts";

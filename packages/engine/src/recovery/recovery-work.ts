/** Everything of recovery that is fetched when it is first needed, as one piece. */
export { help, listHeld, readRequest, refresh } from "./helping.ts";
export { applyAnswers, recoveryForVault, takeOver } from "./in-vault.ts";
export { actOnShareLetter, confirmHeld, decline } from "./letters.ts";
export { dismissNudge, listCandidates, listOffices, listSets, overview } from "./queries.ts";
export { rehearseWords } from "./rehearse.ts";
export { begin, cancel, finish, listRescues, look, practise } from "./rescue.ts";
export { askHolders, makeSet, tendSets, withdraw } from "./sets.ts";

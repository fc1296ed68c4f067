/** The commands of this area by name; what they do is loaded with the first of them. */
import type { Core } from "../core.ts";
import type { LeadingCommands } from "./api.ts";

/** See {@link ./commands.ts}. */
export function lazyLeadingCommands(core: Core): LeadingCommands {
  const commands = async () => (await import("./lead.ts")).leadingCommands(core);
  return {
    "space.proposeDeletion": async (args) => (await commands())["space.proposeDeletion"](args),
    "space.keep": async (args) => (await commands())["space.keep"](args),
    "space.answer": async (args) => (await commands())["space.answer"](args),
    "space.move": async (args) => (await commands())["space.move"](args),
    "space.withdraw": async (args) => (await commands())["space.withdraw"](args),
    "space.proof": async (args) => (await commands())["space.proof"](args),
  };
}

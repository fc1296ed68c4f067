/** Who is who: the commands of this area. What they need is loaded when one of them is asked for. */
import type { Core } from "../core.ts";
import type { TrustCommands } from "./api.ts";

export function createTrust(core: Core): TrustCommands {
  const loaded = async () => (await import("./trust-commands.ts")).trustCommands(core);
  return {
    "person.number": async (args) => (await loaded())["person.number"](args),
    "person.ownCode": async (args) => (await loaded())["person.ownCode"](args),
    "person.scan": async (args) => (await loaded())["person.scan"](args),
    "person.confirm": async (args) => (await loaded())["person.confirm"](args),
    "person.doubt": async (args) => (await loaded())["person.doubt"](args),
    "person.accept": async (args) => (await loaded())["person.accept"](args),
    "person.look": async (args) => (await loaded())["person.look"](args),
    "person.find": async (args) => (await loaded())["person.find"](args),
    "notice.dismiss": async (args) => (await loaded())["notice.dismiss"](args),
  };
}

/** One round of the background work. @returns when the next is due */
export async function tend(core: Core): Promise<number | null> {
  return (await import("./trust-work.ts")).tendTrust(core);
}

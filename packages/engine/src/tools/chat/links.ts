/**
 * What a link leads to, for a message that has it. Loaded when somebody asks for it first.
 *
 * [Note: Previews are made by who writes] A browser lets no page read another site, and a reader's device must not fetch what others link to: the
 * other site would learn who reads. So the writer's own node looks the page up, when the writer asks it to and not before, and what it found is sealed into the
 * message. The node learns the link; it does not learn where, or whether, it is said.
 */
import { LIMITS, ProtocolError } from "@baraza/protocol";
import * as v from "valibot";
import { checkArguments, invalid } from "../checks.ts";
import type { ToolContext } from "../tool.ts";
import type { LinkCard, MediaCommands } from "./media-api.ts";

const lookUpArguments = v.object({
  url: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.pageUrl)),
});

/** It is switched off, or the node is of before. */
const OFF: ReadonlySet<string> = new Set(["forbidden", "unknown_route"]);

export async function lookUp(
  context: ToolContext,
  args: Parameters<MediaCommands["chat.lookUp"]>[0],
): Promise<LinkCard | null> {
  const { url } = checkArguments(lookUpArguments, args);
  const asked = URL.parse(url);
  if (asked === null || !/^https?:$/.test(asked.protocol)) throw invalid("url");
  // What stands behind the hash is not for the server, nor for the node.
  asked.hash = "";
  const { core } = await context.files();
  try {
    const { title, description, site } = await core.own.call("pages.look", { url: asked.href });
    return { url, title, description, site };
  } catch (error) {
    if (error instanceof ProtocolError && OFF.has(error.code)) return null;
    throw error;
  }
}

/** The commands of this area by name; what they do is loaded with the first of them. */
import type { Core } from "../core.ts";
import type { MirrorCommands } from "./api.ts";

export const MIRROR_QUERY_TABLES = ["space_mirrors", "members", "spaces", "former_hubs"] as const;

/** See {@link ./mirrors.ts}. */
export function mirrorCommands(core: Core): MirrorCommands {
  const area = () => import("./mirrors.ts");
  return {
    "space.setMirrors": async ({ spaceId, nodes }) =>
      (await area()).setMirrors(core, spaceId, nodes),
    "space.lookAtMirrors": async ({ spaceId }) => (await area()).lookNow(core, spaceId),
  };
}

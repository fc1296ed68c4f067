/** Everything of links for people outside that is fetched when it is first needed, as one piece. */
import type { Core } from "../core.ts";
import type { DropBox, SharedLink } from "./api.ts";
import { takeOverSharing } from "./in-vault.ts";
import { listBoxes, listLinks } from "./rows.ts";

export { closeBox, discardDropped, openBox, readDropped } from "./boxes.ts";
export { sharingPart } from "./in-vault.ts";
export { changeLink, createLink, revokeLink } from "./links.ts";
export { refresh } from "./refresh.ts";
export { listDropped } from "./rows.ts";
export { leftSource, saveDropped, tendSaves } from "./save.ts";

export async function links(core: Core): Promise<SharedLink[]> {
  await takeOverSharing(core);
  return listLinks(core);
}

export async function boxes(core: Core): Promise<DropBox[]> {
  await takeOverSharing(core);
  return listBoxes(core);
}

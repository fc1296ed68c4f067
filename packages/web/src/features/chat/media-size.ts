/** How large the media of a message are drawn. */
import type { MessageMedia } from "../../app/model.ts";

/** The narrowest and the widest that a single picture is drawn: what is longer is cut to this and seen whole when it is opened. */
const NARROWEST = 0.62;
const WIDEST = 2.4;

/** What can be looked at in the conversation itself. */
export const isVisual = (type: string): boolean => /^(?:image|video)\//.test(type);

/** The room for the pictures of a message: width by height; null where there are none. Whatever a message says of sizes, this is bounded. */
export function roomFor(files: MessageMedia["files"]): number | null {
  const visual = files.filter(({ type }) => isVisual(type));
  const [one] = visual;
  if (one === undefined) return null;
  if (visual.length > 1) return visual.length === 2 ? 2 : 1;
  if (one.width === 0 || one.height === 0) return 4 / 3;
  return Math.min(WIDEST, Math.max(NARROWEST, one.width / one.height));
}

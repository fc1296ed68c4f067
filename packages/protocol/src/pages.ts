/**
 * Previews of links: somebody who writes a link has their own node look the page up, and what it says of itself goes sealed
 * into the message. Whoever reads the message asks nobody.
 */
import { LIMITS } from "./limits.ts";
import { object, text } from "./schema.ts";

/**
 * Looks a page up on the open web. The answer's `url` is the address that answered, after redirects; of the texts only the
 * title is never empty. The page's server is told nothing of who asks, and the node keeps nothing.
 * @throws target_refused (an address that this node does not talk to), target_unreachable, timeout, busy, not_found (no page, or
 * one without a title), forbidden (this node looks nothing up)
 */
export const pagesLook = {
  request: object({ url: text(LIMITS.pageUrl, 1) }),
  response: object({
    url: text(LIMITS.pageUrl),
    title: text(LIMITS.pageTitle),
    description: text(LIMITS.pageDescription),
    site: text(LIMITS.pageSite),
  }),
};

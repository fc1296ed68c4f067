/**
 * Previews of links: for a member who writes a link, the node looks the page up and says what it is called. It learns the address, and that
 * this account asked; neither the conversation nor whether anything is sent. Nothing of it is kept.
 */
import { ProtocolError } from "@baraza/protocol";
import type { WebPages } from "../../edges/web-pages.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import { accountKey } from "../account-key.ts";

export type PagesDeps = {
  pages: WebPages;
  /** Whether this node looks pages up at all (`linkPreviews`). */
  allowed: boolean;
};

/** Starts the service. Closing it ends what is under way. */
export function createPages({ pages, allowed }: PagesDeps): Service {
  const routes: Handlers = {
    "pages.look": async ({ url }, { account, limit }) => {
      if (!allowed) throw new ProtocolError("forbidden");
      limit("pages.look", { perMinute: 30, burst: 30 }, accountKey(account));
      return pages.look(url);
    },
  };
  return {
    routes,
    close: () => {
      pages.close();
    },
  };
}

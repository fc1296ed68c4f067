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

/** Look-ups of one account at once: nobody takes them all. */
const AT_ONCE = 4;

/** Starts the service. Closing it ends what is under way. */
export function createPages({ pages, allowed }: PagesDeps): Service {
  const underWay = new Map<string, number>();
  const routes: Handlers = {
    "pages.look": async ({ url }, { account, limit }) => {
      if (!allowed) throw new ProtocolError("forbidden");
      const key = accountKey(account);
      limit("pages.look", { perMinute: 30, burst: 30 }, key);
      const mine = underWay.get(key) ?? 0;
      if (mine >= AT_ONCE) throw new ProtocolError("busy");
      underWay.set(key, mine + 1);
      try {
        return await pages.look(url);
      } finally {
        const left = (underWay.get(key) ?? 1) - 1;
        if (left > 0) underWay.set(key, left);
        else underWay.delete(key);
      }
    },
  };
  return {
    routes,
    close: () => {
      pages.close();
    },
  };
}

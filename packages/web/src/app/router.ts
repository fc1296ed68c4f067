/** Where the app is, over the browser's history. Screens link with plain `<a href>`; one listener takes their clicks. */
import { signal } from "@preact/signals";
import { hrefOf, parentOf, parseRoute, type Route } from "./routes.ts";

const here = signal<Route>({ at: "home" });

/** Where the app is now. */
export function currentRoute(): Route {
  return here.value;
}

/** Starts following the address bar. Once, at start-up. */
export function startRouter(): void {
  read();
  addEventListener("popstate", read);
  document.addEventListener("click", followLink);
}

/** Goes to a route. `replace` leaves no way back to where one was, e.g. after signing in. */
export function go(route: Route, options: { replace?: boolean } = {}): void {
  const url = hrefOf(route);
  if (options.replace) history.replaceState(history.state, "", url);
  else if (url !== location.pathname + location.hash)
    history.pushState({ depth: depth() + 1 }, "", url);
  read();
}

/** One page back if it is ours, else to the page above. */
export function back(): void {
  if (depth() > 0) history.back();
  else go(parentOf(here.value), { replace: true });
}

function depth(): number {
  const state: unknown = history.state;
  return typeof state === "object" &&
    state !== null &&
    "depth" in state &&
    typeof state.depth === "number"
    ? state.depth
    : 0;
}

function read(): void {
  here.value = parseRoute(location.pathname, location.hash);
}

function followLink(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link =
    event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin)
    return;
  if (link.getAttribute("href")?.startsWith("#")) return;
  const route = parseRoute(link.pathname, link.hash);
  if (route.at === "lost") return;
  event.preventDefault();
  go(route);
}

/**
 * Where the app is, over the browser's history. Screens link with plain `<a href>`; one listener takes their clicks.
 *
 * [Note: Secrets out of sight] A link's secret stands in its fragment, which no server gets. It is taken out of the address bar as soon as it is
 * read, so that nobody photographs, copies or synchronises it with the address, and stands in the state of this
 * one entry of the tab's history: a page that is loaded again still has it.
 */
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
  if (options.replace) history.replaceState({ depth: depth() }, "", url);
  else if (url !== location.pathname + fragment())
    history.pushState({ depth: depth() + 1 }, "", url);
  read();
}

/** What stood behind the number sign of the address, with that sign; empty when nothing did. */
export function fragment(): string {
  const kept = stateOf("fragment");
  return location.hash === "" && typeof kept === "string" ? kept : location.hash;
}

/** One page back if it is ours, else to the page above. */
export function back(): void {
  if (depth() > 0) history.back();
  else go(parentOf(here.value), { replace: true });
}

function depth(): number {
  const kept = stateOf("depth");
  return typeof kept === "number" ? kept : 0;
}

function stateOf(name: "depth" | "fragment"): unknown {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null
    ? (state as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function read(): void {
  const secret = fragment();
  here.value = parseRoute(location.pathname, secret);
  if (location.hash !== "")
    history.replaceState({ depth: depth(), fragment: secret }, "", location.pathname);
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

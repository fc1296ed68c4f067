/**
 * The page for people outside: what a link gives, or takes, without account and without the app. No engine, no store, no worker: a
 * few chunks and the node that served them.
 */
import { browserTransport } from "@baraza/engine/browser/transport";
import { outsideCall } from "@baraza/engine/outside";
import type { ShareLink } from "@baraza/protocol";
import { decodeShareFragment } from "@baraza/protocol";
import { render } from "preact";
import { startLook } from "../app/settings.ts";
import { loadWords } from "../i18n/index.ts";
import { Broken, Outside } from "./outside.tsx";

/** Shows the page for the link in the address bar. */
export async function start(): Promise<void> {
  const link = readLink();
  await startLook();
  await loadWords("sharing");
  const call = outsideCall(browserTransport());
  render(
    link === null ? <Broken /> : <Outside link={link} call={call} />,
    document.getElementById("app")!,
  );
}

/** The secret goes out of the address bar at once, and stays with this entry of the tab's history (see app/router.ts). */
function readLink(): ShareLink | null {
  const state: unknown = history.state;
  const kept =
    typeof state === "object" && state !== null && "fragment" in state ? state.fragment : "";
  const fragment = location.hash === "" ? String(kept) : location.hash;
  if (location.hash !== "") history.replaceState({ fragment }, "", location.pathname);
  try {
    return decodeShareFragment(fragment);
  } catch {
    return null;
  }
}

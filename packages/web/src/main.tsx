import "./styles/index.css";
import { render } from "preact";
import { App } from "./app/app.tsx";
import { connectEngine } from "./app/connect.ts";
import { watchPutAway } from "./app/put-away.ts";
import { startRouter } from "./app/router.ts";
import { startLook } from "./app/settings.ts";
import { startUpdates } from "./app/updates.ts";

/** The page for people outside, who have no account: nothing of the app is started for them. */
const OUTSIDE = "/share";

async function startApp(): Promise<void> {
  const engine = connectEngine();
  // A newcomer's first screen comes together with the words for it: each round trip of a slow line is half a second.
  if (engine.session.peek().state === "signedOut")
    import("./app/screens/account.tsx").catch(() => undefined);
  await Promise.all([startLook(), engine.looked]);
  startRouter();
  watchPutAway();
  render(<App engine={engine} />, document.getElementById("app")!);
  startUpdates(engine.started);
}

if (location.pathname === OUTSIDE) await (await import("./outside/visit.tsx")).start();
else await startApp();

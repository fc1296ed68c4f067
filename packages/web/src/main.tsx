import "./styles/index.css";
import { render } from "preact";
import { App } from "./app/app.tsx";
import { connectEngine } from "./app/connect.ts";
import { startRouter } from "./app/router.ts";
import { startLook } from "./app/settings.ts";
import { startUpdates } from "./app/updates.ts";

const engine = connectEngine();
await startLook();
startRouter();
render(<App engine={engine} />, document.getElementById("app")!);
startUpdates(engine.started);

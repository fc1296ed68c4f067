/** A tab that shows a test what it sees: its state, the rows that it follows, and the outcome of calls. */
import { joinEngine } from "../../index.ts";
import type { EngineState } from "../../index.ts";

const seen: { state: EngineState; rows: unknown; workers: Worker[] } = {
  state: { kind: "starting" },
  rows: null,
  workers: [],
};

const tab = joinEngine({
  name: "test",
  spawn() {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    seen.workers.push(worker);
    return worker;
  },
  onState: (state) => (seen.state = state),
});

Object.assign(globalThis, {
  seen,
  leave: () => tab.close(),
  follow: () => tab.client.subscribe("rows", null, (rows) => (seen.rows = rows)),
  call: (method: string, args: unknown, idempotent: boolean) =>
    tab.client.call(method, args, { idempotent }).then(
      (value) => ({ value }),
      (error: unknown) => ({
        code: typeof error === "object" && error !== null && "code" in error ? error.code : "?",
      }),
    ),
});

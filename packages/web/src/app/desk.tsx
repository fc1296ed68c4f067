import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { loadWords } from "../i18n/index.ts";
import type { EnginePort } from "./engine.ts";
import { commandOf, isOneKey, type KeyCommand, nameOf, THEN_MS } from "./keys.ts";
import { lazy } from "./lazy.tsx";
import { recall } from "./memory.ts";
import { go } from "./router.ts";
import { oneKey } from "./settings.ts";

/** A new conversation is being made. */
export const creating = signal(false);

/** The first steps are done, or were put away on this device. */
export const knowsItsWay = signal(recall("start") === "away");
/** Somebody asked for the first steps; by themselves they show from the second visit on, so that the first stays light. */
export const wantsSteps = signal(
  (navigator as Partial<Navigator>).serviceWorker?.controller != null,
);
/** With more conversations than these nobody is new. */
export const FEW = 4;

/** What was asked for, by a key or a press; the number makes each time another one. */
export const asked = signal<{ command: KeyCommand; turn: number }>();
let turn = 0;

/** Asks for a command from anywhere. */
export function ask(command: KeyCommand): void {
  asked.value = { command, turn: ++turn };
}

/** Conversations that were opened since the app was, the last first. */
export const visited: string[] = [];

/** Notes that a conversation was opened. */
export function visit(spaceId: string): void {
  const before = visited.indexOf(spaceId);
  if (before >= 0) visited.splice(before, 1);
  visited.unshift(spaceId);
}

const Commands = lazy(
  () =>
    Promise.all([
      import("./screens/commands.tsx"),
      loadWords("frame"),
      loadWords("order"),
      loadWords("settings"),
    ]).then(([screens]) => screens.Commands),
  { aside: true },
);

/** Listens for keys wherever one is; what they do is fetched with the first of them. */
export function Desk({ engine }: { engine: EnginePort }) {
  const [used, setUsed] = useState(false);
  useEffect(() => {
    let begun = "";
    let since = 0;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = nameOf(event, event.timeStamp - since < THEN_MS ? begun : "");
      begun = "";
      const command = commandOf(name);
      if (command === undefined || (isOneKey(name) && (!oneKey.peek() || writes(event)))) return;
      if (document.querySelector("dialog[open], [role=menu]:popover-open") !== null) return;
      if (command === "begins") {
        begun = name;
        since = event.timeStamp;
        return;
      }
      event.preventDefault();
      if (command === "search") go({ at: "search" });
      else ask(command);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const wanted = asked.value !== undefined;
  useEffect(() => {
    if (wanted) setUsed(true);
  }, [wanted]);
  return wanted || used ? <Commands engine={engine} /> : null;
}

function writes({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    target.closest(
      "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])",
    ) !== null
  );
}

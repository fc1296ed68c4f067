import { useEffect } from "preact/hooks";
import { StartLine, StartPage, type Step } from "../../features/start/start.tsx";
import { creating, knowsItsWay } from "../desk.tsx";
import type { EnginePort } from "../engine.ts";
import { useLive } from "../hooks.ts";
import { remember } from "../memory.ts";
import { go } from "../router.ts";

/** The first day's steps, until they are done or put away; `line`: on a phone, above the list. */
export function Start({ engine, line = false }: { engine: EnginePort; line?: boolean }) {
  const rows = useLive(engine.conversations, "conversations");
  const others = useLive(engine.watch("recovery.candidates", {}), "recovery.candidates");
  const devices = useLive(engine.watch("devices.list", {}), "devices.list");
  const ways = useLive(engine.watch("ways", {}), "ways");
  const all = rows && others && devices && ways;
  const done = {
    space: rows !== undefined && rows.length > 0,
    invite: others !== undefined && others.length > 0,
    device: devices !== undefined && devices.length > 1,
    words: ways?.some(({ kind }) => kind === "words") === true,
  };
  const finished = Object.values(done).every(Boolean);
  useEffect(() => {
    if (finished) knowsItsWay.value = true;
  }, [finished]);
  if (!all) return null;
  const latest = rows[0];
  const steps: Step[] = [
    {
      name: "space",
      done: done.space,
      onDo: () => {
        creating.value = true;
      },
    },
    {
      name: "invite",
      done: done.invite,
      onDo: () => {
        // Somebody is invited to something.
        if (latest) go({ at: "people", spaceId: latest.spaceId });
        else creating.value = true;
      },
    },
    { name: "device", done: done.device, onDo: () => go({ at: "addDevice", secret: "" }) },
    {
      name: "words",
      done: done.words,
      onDo: () => go({ at: "safety", part: "sheet" }),
    },
  ];
  const props = {
    steps,
    onAway: () => {
      knowsItsWay.value = true;
      remember("start", "away");
    },
  };
  return line ? <StartLine {...props} /> : <StartPage {...props} />;
}

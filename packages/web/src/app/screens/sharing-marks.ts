/** What the files' screen knows of links for people outside, and when the nodes are asked how these stand. */
import type { FileEntry } from "@baraza/engine";
import { useEffect, useMemo } from "preact/hooks";
import type { EnginePort } from "../engine.ts";
import { useLive } from "../hooks.ts";

/** What is to be shared: files and folders by a link, or a folder that others may leave files for (null: the top). */
export type Sharing =
  | { what: "give"; entries: readonly FileEntry[] }
  | { what: "ask"; folderId: string | null; name: string };

/** Milliseconds after which a folder's screen asks once more, when somebody comes back to it. */
const SELDOM = 5 * 60_000;
/** When each space was asked about last. */
const asked = new WeakMap<EnginePort, Map<string, number>>();

/** What is given outside of a space, and what came that nobody looked at. It is asked for on coming here, and again on coming back later. */
export function useMarks(
  engine: EnginePort,
  spaceId: string,
): { fileIds: ReadonlySet<string>; unseen: number } {
  const marks = useLive(engine.watch("sharing.marks", { spaceId }), `marks ${spaceId}`);
  useEffect(() => {
    const times = asked.get(engine) ?? new Map<string, number>();
    asked.set(engine, times);
    const ask = (): void => {
      if (document.visibilityState !== "visible") return;
      if (Date.now() - (times.get(spaceId) ?? 0) < SELDOM) return;
      times.set(spaceId, Date.now());
      // What could not be asked now is asked on the next occasion: here it is a mark only.
      void engine.call("sharing.refresh", { spaceId }).then((result) => {
        if (!result.ok) times.delete(spaceId);
      });
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    addEventListener("online", ask);
    return () => {
      document.removeEventListener("visibilitychange", ask);
      removeEventListener("online", ask);
    };
  }, [engine, spaceId]);
  return useMemo(() => ({ fileIds: new Set(marks?.fileIds), unseen: marks?.unseen ?? 0 }), [marks]);
}

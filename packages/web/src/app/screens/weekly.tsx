/** The weekly letter: to be read, chosen, and told of. */
import { useEffect, useState } from "preact/hooks";
import { WeeklyGroup, WeeklyPart as Part } from "../../features/weekly/settings.tsx";
import { Week as WeekScreen, WeekLine as Line } from "../../features/weekly/week.tsx";
import { t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import { back } from "../router.ts";
import { hrefOf } from "../routes.ts";

function tell(result: Result<unknown>): void {
  if (result.ok) return;
  toast({ text: result.code === "invalid" ? t("weekly.tooMany") : failureText(result.failure) });
}

/** A letter; without an id the newest. Whoever looks at it has read it. */
export function Week({ engine, letterId }: { engine: EnginePort; letterId: string | null }) {
  const now = useNow();
  const letter = useLive(engine.watch("weekly.letter", { letterId }), `letter ${letterId}`);
  const letters = useLive(engine.watch("weekly.letters", {}), "letters");
  const shown = letter?.letterId;
  useEffect(() => {
    if (shown !== undefined) void engine.call("weekly.read", { letterId: shown });
  }, [engine, shown]);
  if (letter === undefined || letters === undefined) return <Skeleton label={t("ui.moment")} />;
  return (
    <WeekScreen
      letter={letter}
      letters={letters}
      now={now}
      settingsHref={hrefOf({ at: "settings" })}
      letterHref={(id) => hrefOf({ at: "week", letterId: id })}
      spaceHref={(spaceId) => hrefOf({ at: "space", spaceId })}
      messageHref={(spaceId, message) => hrefOf({ at: "space", spaceId, message })}
      fileHref={(spaceId, fileId) => hrefOf({ at: "file", spaceId, fileId })}
      onBack={back}
    />
  );
}

/** Above what is new. */
export function WeekLine({ engine }: { engine: EnginePort }) {
  const unread = useLive(engine.watch("weekly.unread", {}), "weekly.unread");
  return unread ? <Line href={hrefOf({ at: "week", letterId: unread })} /> : null;
}

/** In the settings. */
export function WeeklySettings({ engine }: { engine: EnginePort }) {
  const settings = useLive(engine.watch("weekly.settings", {}), "weekly.settings");
  const [all, setAll] = useState(false);
  if (settings === undefined) return null;
  return (
    <WeeklyGroup
      settings={settings}
      all={all}
      onAll={() => setAll(true)}
      weekHref={hrefOf({ at: "week", letterId: null })}
      onSpace={(spaceId, on) =>
        void engine.call("weekly.set", { spaceIds: [spaceId], on }).then(tell)
      }
      onWhen={(when) => void engine.call("weekly.setWhen", when).then(tell)}
    />
  );
}

/** In a conversation's overview. */
export function WeeklyPart({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const weekly = useLive(engine.watch("weekly.of", { spaceId }), `weekly ${spaceId}`);
  if (weekly === undefined) return null;
  return (
    <Part
      {...weekly}
      settingsHref={hrefOf({ at: "settings" })}
      onChange={(on) => void engine.call("weekly.set", { spaceIds: [spaceId], on }).then(tell)}
    />
  );
}

import type { SignalSettings as Choice, SpaceSignals } from "@baraza/engine";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  HereDot,
  QuietHere as QuietHereScreen,
  SignalSettings as SettingsScreen,
  TypingSaid,
  TypingWords,
} from "../../features/signals/signals.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { currentRoute } from "../router.ts";
import { dataSaver } from "../settings.ts";
import { signalsShown } from "../signals-shown.ts";

/** How often the engine is told that somebody goes on writing, ms. */
const TELL_EVERY_MS = 1000;
const NOTHING: Readonly<Record<string, SpaceSignals>> = {};
/** What is known at this moment. */
const known = signal(NOTHING);
/** Which conversations are of two. */
const pairs = signal<ReadonlySet<string>>(new Set());

const typists = (spaceId: string): string[] =>
  (known.value[spaceId]?.typing ?? []).map(({ name }) => name);
const tell = (result: Result): void => {
  if (!result.ok) toast({ text: failureText(result.failure) });
};

/** Watches while the app is looked at, and fills the places where it shows. */
export function Signals({ engine }: { engine: EnginePort }) {
  const route = currentRoute();
  const open = "spaceId" in route && typeof route.spaceId === "string" ? route.spaceId : null;
  const rows = useLive(engine.conversations, "conversations");
  useEffect(() => {
    if (rows)
      pairs.value = new Set(rows.filter(({ kind }) => kind === "pair").map((row) => row.spaceId));
  }, [rows]);
  useEffect(() => {
    let end: (() => void) | undefined;
    const look = (): void => {
      if (document.visibilityState === "visible")
        end ??= engine.watch("signals.now", { open })((value) => {
          known.value = value;
        });
      else {
        end?.();
        end = undefined;
        known.value = NOTHING;
      }
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      end?.();
    };
  }, [engine, open]);
  useEffect(() => {
    let told = { spaceId: "", on: false, at: -TELL_EVERY_MS };
    signalsShown.value = {
      row: (spaceId) => shownOf(spaceId, <Words spaceId={spaceId} />),
      dot: (spaceId) => <Dot spaceId={spaceId} />,
      line: (spaceId) => shownOf(spaceId, <Words spaceId={spaceId} />),
      typed: (spaceId, text) => {
        const on = text.trim() !== "";
        const now = performance.now();
        // The engine sends it now and then; it need not hear of every key.
        if (on === told.on && spaceId === told.spaceId && now - told.at < TELL_EVERY_MS) return;
        told = { spaceId, on, at: now };
        void engine.call("signals.typing", { spaceId, on });
      },
    };
    return () => {
      signalsShown.value = undefined;
      known.value = NOTHING;
    };
  }, [engine]);
  return open === null ? null : <TypingSaid key={open} names={typists(open)} />;
}

/** Read where it is shown, so that the place is drawn anew when somebody begins or stops. */
function shownOf<T>(spaceId: string, shown: T): T | undefined {
  return typists(spaceId).length > 0 ? shown : undefined;
}

function Words({ spaceId }: { spaceId: string }) {
  return <TypingWords names={typists(spaceId)} />;
}

function Dot({ spaceId }: { spaceId: string }) {
  const here = known.value[spaceId]?.here.length ?? 0;
  return <HereDot count={here} pair={pairs.value.has(spaceId)} />;
}

/** Typing and presence among the settings. */
export function SignalSettings({ engine }: { engine: EnginePort }) {
  const settings = useLive(engine.watch("signals.settings", {}), "signals.settings");
  if (!settings) return null;
  const change = (next: Partial<Choice>): void => void engine.call("signals.set", next).then(tell);
  return (
    <SettingsScreen
      {...settings}
      saver={dataSaver.value}
      onTyping={(typing) => change({ typing })}
      onHere={(here) => change({ here })}
    />
  );
}

/** On a conversation's page, where one has said yes to any of it. */
export function QuietHere({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const settings = useLive(engine.watch("signals.settings", {}), "signals.settings");
  const quiet = useLive(engine.watch("signals.quiet", { spaceId }), `signals.quiet ${spaceId}`);
  if (!settings || !(settings.typing || settings.here) || quiet?.possible !== true) return null;
  return (
    <QuietHereScreen
      on={!quiet.quiet}
      onChange={(on) => void engine.call("signals.setQuiet", { spaceId, quiet: !on }).then(tell)}
    />
  );
}

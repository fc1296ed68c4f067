import type { NotificationSettings as Choice } from "@baraza/engine";
import { useEffect, useState } from "preact/hooks";
import { forget, startBell } from "../../bell/bell.ts";
import { canNotify, type Reach, subscribe } from "../../bell/subscription.ts";
import { Ask as AskScreen } from "../../features/notifications/ask.tsx";
import { Level as LevelScreen } from "../../features/notifications/level.tsx";
import { NotificationSettings as SettingsScreen } from "../../features/notifications/settings.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { hrefOf } from "../routes.ts";

const settingsOf = (engine: EnginePort) => engine.watch("notifications.settings", {});

async function change(engine: EnginePort, settings: Partial<Choice>): Promise<void> {
  const result = await engine.call("notifications.set", settings);
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** Asks the browser, which asks the person. Called by a touch, or it refuses. */
async function turnOn(engine: EnginePort): Promise<NotificationPermission> {
  const permission = await Notification.requestPermission();
  // Whoever closed the browser's question without an answer can be asked again, in the settings.
  await change(engine, { on: permission === "granted", asked: true });
  return permission;
}

/** Tells what is new, as long as it stands somewhere. */
export function Bell({ engine }: { engine: EnginePort }) {
  useEffect(() => startBell(engine), [engine]);
  return null;
}

/** The question above the list of conversations. */
export function Ask({ engine }: { engine: EnginePort }) {
  return (
    <AskScreen
      onYes={() => void turnOn(engine)}
      onNo={() => void change(engine, { asked: true })}
    />
  );
}

/** Notifications among the settings. */
export function NotificationSettings({ engine }: { engine: EnginePort }) {
  const settings = useLive(settingsOf(engine), "notifications.settings");
  const [permission, setPermission] = useState(permissionNow);
  const [reach, setReach] = useState<Reach>();
  const on = settings?.on === true && permission === "granted";
  const { line } = engine.status.value;
  useEffect(() => {
    let current = true;
    if (on) void subscribe(engine).then((found) => current && setReach(found));
    return () => {
      current = false;
    };
  }, [engine, on, line]);
  useEffect(() => {
    // It may have been changed in the browser's own settings meanwhile.
    const look = (): void => setPermission(permissionNow());
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  if (settings === undefined) return null;
  const turn = async (wanted: boolean): Promise<void> => {
    if (wanted) await turnOn(engine);
    else {
      await change(engine, { on: false, asked: true });
      await forget(engine);
    }
    setPermission(permissionNow());
  };
  return (
    <SettingsScreen
      settings={settings}
      permission={permission}
      reach={reach}
      onTurn={(wanted) => void turn(wanted)}
      onChange={(changes) => void change(engine, changes)}
    />
  );
}

function permissionNow(): NotificationPermission | "unsupported" {
  return canNotify() ? Notification.permission : "unsupported";
}

/** What of one conversation one is told. */
export function Level({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const level = useLive(engine.watch("notifications.level", { spaceId }), `level ${spaceId}`);
  const settings = useLive(settingsOf(engine), "notifications.settings");
  if (level === undefined || settings === undefined) return null;
  return (
    <LevelScreen
      level={level}
      off={!settings.on}
      settingsHref={hrefOf({ at: "settings" })}
      onChange={(next) => void engine.call("notifications.setLevel", { spaceId, level: next })}
    />
  );
}

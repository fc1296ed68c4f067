import { useEffect, useState } from "preact/hooks";
import { Settings as SettingsScreen } from "../../features/settings/settings.tsx";
import { currentLanguage, loadWords, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { lazy } from "../lazy.tsx";
import type { Account, StorageUse } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { currentTheme, setLanguage, setTheme } from "../settings.ts";

const Ways = lazy(() =>
  Promise.all([import("./ways.tsx"), loadWords("ways")]).then(([screens]) => screens.Ways),
);

const Notifications = lazy(() =>
  Promise.all([import("./notifications.tsx"), loadWords("notifications")]).then(
    ([screens]) => screens.NotificationSettings,
  ),
);

const Signals = lazy(() =>
  Promise.all([import("./signals.tsx"), loadWords("signals")]).then(
    ([screens]) => screens.SignalSettings,
  ),
);

const Weekly = lazy(() =>
  Promise.all([import("./weekly.tsx"), loadWords("weekly")]).then(
    ([screens]) => screens.WeeklySettings,
  ),
);

const Comfort = lazy(() =>
  Promise.all([import("./comfort.tsx"), loadWords("frame")]).then(([screens]) => screens.Comfort),
);

const BlocksSetting = lazy(() =>
  Promise.all([import("./requests.tsx"), loadWords("requests")]).then(
    ([screens]) => screens.BlocksSetting,
  ),
);

const Lock = lazy(() =>
  Promise.all([import("./lock.tsx"), loadWords("lock")]).then(([screens]) => screens.LockSettings),
);

/** Settings over the engine and the browser. */
export function Settings({ engine, account }: { engine: EnginePort; account: Account }) {
  const [storage, setStorage] = useState<StorageUse>();
  const look = (): void => void readStorage().then(setStorage);
  useEffect(look, []);
  return (
    <SettingsScreen
      account={account}
      language={currentLanguage()}
      theme={currentTheme()}
      storage={storage}
      devicesHref={hrefOf({ at: "devices" })}
      node={{ name: location.host, href: hrefOf({ at: "node", part: "overview" }) }}
      lock={<Lock engine={engine} account={account} />}
      comfort={<Comfort />}
      notifications={
        <>
          <Notifications engine={engine} />
          <Weekly engine={engine} />
          <Signals engine={engine} />
        </>
      }
      blocks={<BlocksSetting />}
      ways={<Ways engine={engine} account={account} />}
      loss={{ waiting: engine.status.value.waiting }}
      meetHref={hrefOf({ at: "meet" })}
      dataHref={hrefOf({ at: "data" })}
      bringHref={hrefOf({ at: "bring" })}
      safetyHref={hrefOf({ at: "safety", part: "overview" })}
      onName={(name) =>
        void engine
          .setName(name)
          .then((result) =>
            toast({ text: result.ok ? t("settings.saved") : failureText(result.failure) }),
          )
      }
      onLanguage={(language) =>
        void setLanguage(language).then((done) => {
          if (!done) toast({ text: failureText("offline") });
        })
      }
      onTheme={setTheme}
      onKeepStorage={() =>
        void navigator.storage.persist().then((kept) => {
          toast({ text: kept ? t("settings.storageKept") : t("settings.storageRefused") });
          look();
        })
      }
      onSignOut={() =>
        void engine.signOut().then((result) => {
          if (result.ok) go({ at: "signIn" }, { replace: true });
          else toast({ text: failureText(result.failure) });
        })
      }
    />
  );
}

async function readStorage(): Promise<StorageUse | undefined> {
  // Absent outside secure contexts.
  const manager = (navigator as Partial<Navigator>).storage;
  if (!manager) return undefined;
  const [{ usage = 0, quota = 0 }, kept] = await Promise.all([
    manager.estimate(),
    manager.persisted(),
  ]);
  return { usedBytes: usage, availableBytes: Math.max(0, quota - usage), kept };
}

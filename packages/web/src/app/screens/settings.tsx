import { useEffect, useState } from "preact/hooks";
import { Settings as SettingsScreen } from "../../features/settings/settings.tsx";
import { currentLanguage, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { NodeProps } from "../../features/settings/node.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useNow } from "../hooks.ts";
import type {
  Account,
  Failure,
  NodeInvitation,
  NodeSettings,
  NodeStatus,
  StorageUse,
} from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { currentTheme, setLanguage, setTheme } from "../settings.ts";

/** Settings over the engine and the browser. */
export function Settings({ engine, account }: { engine: EnginePort; account: Account }) {
  const [storage, setStorage] = useState<StorageUse>();
  const look = (): void => void readStorage().then(setStorage);
  useEffect(look, []);
  const administration = useNode(engine, account);
  return (
    <SettingsScreen
      account={account}
      language={currentLanguage()}
      theme={currentTheme()}
      storage={storage}
      devicesHref={hrefOf({ at: "devices" })}
      administration={administration}
      loss={{ waiting: engine.status.value.waiting }}
      meetHref={hrefOf({ at: "meet" })}
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

function tell(failure: Failure): void {
  toast({ text: failureText(failure) });
}

/** What an administrator sees and does of the node; undefined for everybody else. */
function useNode(engine: EnginePort, account: Account): NodeProps | undefined {
  const now = useNow();
  const [settings, setSettings] = useState<NodeSettings>();
  const [status, setStatus] = useState<NodeStatus>();
  const [invitations, setInvitations] = useState<NodeInvitation[]>();
  const mine = account.role === "administrator";
  const online = engine.status.value.line === "online";
  useEffect(() => {
    if (!mine) return;
    let current = true;
    const into =
      <T,>(set: (value: T) => void) =>
      (result: Result<T>): void => {
        if (current && result.ok) set(result.value);
      };
    void engine.nodeSettings({}).then(into(setSettings));
    void engine.nodeStatus().then(into(setStatus));
    void engine.nodeInvitations().then(into(setInvitations));
    return () => {
      current = false;
    };
  }, [engine, mine, online]);
  if (!mine) return undefined;
  return {
    node: location.host,
    now,
    settings,
    status,
    invitations,
    onSettings(change) {
      // Shown at once; what holds is what the node answers.
      const before = settings;
      if (before) setSettings({ ...before, ...change });
      void engine.nodeSettings(change).then((result) => {
        setSettings(result.ok ? result.value : before);
        if (!result.ok) tell(result.failure);
      });
    },
    async onInvite() {
      const result = await engine.nodeInvite();
      if (!result.ok) {
        tell(result.failure);
        return undefined;
      }
      setInvitations((all = []) => [result.value, ...all]);
      return result.value;
    },
    onRevoke(code) {
      void engine.revokeNodeInvitation(code).then((result) => {
        if (!result.ok) return tell(result.failure);
        setInvitations((all) => all?.filter((one) => one.code !== code));
        toast({ text: t("node.revoked") });
      });
    },
  };
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

import { useEffect, useState } from "preact/hooks";
import { AddDevice as AddDeviceScreen } from "../../features/devices/add-device.tsx";
import { canReadCodes } from "../../ui/camera.tsx";
export { ClockWrong } from "../../features/devices/clock-wrong.tsx";
import { DeviceList } from "../../features/devices/list.tsx";
import { NewDevice as NewDeviceScreen } from "../../features/devices/new-device.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow, usePolicy, useRequest } from "../hooks.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";

/** The list of one's devices. */
export function Devices({ engine }: { engine: EnginePort }) {
  const devices = useLive(engine.watch("devices.list", {}), "devices");
  const now = useNow();
  const tell = (result: Result, done?: string): void => {
    if (!result.ok) toast({ text: failureText(result.failure) });
    else if (done !== undefined) toast({ text: done });
  };
  return (
    <DeviceList
      devices={devices}
      now={now}
      addHref={hrefOf({ at: "addDevice", secret: "" })}
      onBack={back}
      onRename={(deviceId, name) =>
        void engine.call("devices.rename", { deviceId, name }).then((result) => tell(result))
      }
      onRemove={(deviceId) =>
        void engine.call("devices.remove", { deviceId }).then((result) => tell(result))
      }
    />
  );
}

/** Adding a device from this one. `secret`: what a camera app has read and opened here. */
export function AddDevice({ engine, secret }: { engine: EnginePort; secret: string }) {
  const pairing = useLive(engine.watch("devices.pairing", {}), "pairing") ?? null;
  const { busy, failure, run } = useRequest();
  const [canScan, setCanScan] = useState(false);
  const join = (code: string): void => void run(() => engine.call("devices.join", { code }));
  useEffect(() => {
    void canReadCodes().then(setCanScan);
    if (secret !== "") {
      // Once: a reload must not take the code a second time.
      go({ at: "addDevice", secret: "" }, { replace: true });
      join(secret);
    }
    // Whatever is under way ends with the screen.
    return () => void engine.call("devices.cancel", {});
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the code that one came with
  }, [engine]);
  return (
    <AddDeviceScreen
      node={location.host}
      pairing={pairing?.side === "old" ? pairing : null}
      busy={busy}
      failure={failure}
      canScan={canScan}
      onCode={join}
      onConfirm={() => void engine.call("devices.confirm", {})}
      onRefuse={() => void engine.call("devices.refuse", {})}
      onAgain={() => void engine.call("devices.cancel", {})}
      onBack={() => {
        if (pairing?.step === "done") go({ at: "devices" }, { replace: true });
        else back();
      }}
    />
  );
}

/** The device that is to be added. */
export function NewDevice({ engine }: { engine: EnginePort }) {
  const { node } = usePolicy(engine);
  const now = useNow();
  const pairing = useLive(engine.watch("devices.pairing", {}), "pairing") ?? null;
  const { failure, run } = useRequest();
  const offer = (): void => void run(() => engine.call("devices.offer", {}));
  useEffect(() => {
    offer();
    return () => {
      void engine.call("devices.cancel", {});
      // It goes off the screen by itself once there is an account.
      if (engine.session.peek().state !== "signedIn") return;
      toast({ text: t("devices.doneNew") });
      go({ at: "home" }, { replace: true });
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for as long as the screen is there
  }, [engine]);
  const mine = pairing?.side === "new" ? pairing : null;
  return (
    <NewDeviceScreen
      node={node}
      now={now}
      pairing={mine?.link ? { ...mine, link: location.origin + mine.link } : mine}
      failure={failure}
      signInHref={hrefOf({ at: "signIn" })}
      onSame={() => void engine.call("devices.confirm", {})}
      onDifferent={() => void engine.call("devices.refuse", {})}
      onAgain={offer}
    />
  );
}

import "./devices.css";
import type { Pairing } from "@baraza/engine";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { QrCode } from "../../ui/qr-code.tsx";
import { CompareNumber, LineLost, PairingFailed, Waiting } from "./parts.tsx";

export interface NewDeviceProps {
  node: string;
  now: number;
  /** The pairing as it stands; its link is whole here. */
  pairing: Pairing | null;
  failure?: Failure | undefined;
  signInHref: string;
  onSame: () => void;
  onDifferent: () => void;
  onAgain: () => void;
}

/** The device that is to be added: it shows a code, and the other one takes it. */
export function NewDevice(props: NewDeviceProps) {
  const { pairing } = props;
  const step = pairing?.step ?? "opening";
  const title = step === "compare" ? t("devices.compareTitle") : t("devices.newTitle");
  return (
    <SoloPage
      motto={t("app.motto")}
      title={step === "done" ? t("devices.doneNewTitle") : title}
      lead={step === "showing" ? t("devices.newLead") : undefined}
    >
      <div class="devices-step">
        {pairing && <LineLost pairing={pairing} />}
        {props.failure ? (
          <>
            <p class="field-error" role="alert">
              {failureText(props.failure)}
            </p>
            <Button kind="primary" wide onClick={props.onAgain}>
              {t("devices.again")}
            </Button>
          </>
        ) : (
          <Step {...props} />
        )}
      </div>
      <p class="solo-foot">
        <a href={props.signInHref}>{t("devices.usePassphrase")}</a>
      </p>
    </SoloPage>
  );
}

function Step({ pairing, node, now, onSame, onDifferent, onAgain }: NewDeviceProps) {
  if (!pairing || pairing.step === "opening" || pairing.link === null || pairing.code === null)
    return <Waiting>{t("devices.opening")}</Waiting>;
  switch (pairing.step) {
    case "showing":
      return (
        <>
          <QrCode value={pairing.link} label={t("devices.qr")} />
          <div class="field">
            <span class="field-label" id="pair-code">
              {t("devices.code")}
            </span>
            <output class="devices-code" dir="ltr" aria-labelledby="pair-code">
              {`${pairing.code.slice(0, 4)} ${pairing.code.slice(4)}`}
            </output>
          </div>
          <p class="field-hint">
            {t("devices.address", { node })}{" "}
            {t("devices.codeUntil", { when: formatUntil(pairing.expires, now) })}
          </p>
        </>
      );
    case "compare":
      return (
        <CompareNumber number={pairing.number ?? ""} onSame={onSame} onDifferent={onDifferent}>
          {t("devices.compareNew")}
        </CompareNumber>
      );
    case "failed":
      return (
        <>
          <PairingFailed failure={pairing.failure} />
          <Button kind="primary" wide onClick={onAgain}>
            {t("devices.again")}
          </Button>
        </>
      );
    case "done":
      return <p role="status">{t("devices.doneNew")}</p>;
    default:
      return <Waiting>{t("devices.waitOther")}</Waiting>;
  }
}

import "./devices.css";
import type { Pairing } from "@baraza/engine";
import { ArrowLeft, ScanLine } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Camera } from "../../ui/camera.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { CompareNumber, LineLost, PairingFailed, Waiting } from "./parts.tsx";

export interface AddDeviceProps {
  node: string;
  pairing: Pairing | null;
  busy: boolean;
  failure?: Failure | undefined;
  /** False where there is no camera. */
  canScan: boolean;
  onCode: (code: string) => void;
  onConfirm: () => void;
  onRefuse: () => void;
  onAgain: () => void;
  onBack: () => void;
}

/** The signed-in device: takes the new one's code, and gives it a place once the person has agreed. */
export function AddDevice(props: AddDeviceProps) {
  const { pairing } = props;
  return (
    <section class="settings" aria-labelledby="add-device-title">
      <header class="pane-head">
        <IconButton icon={ArrowLeft} mirror label={t("ui.back")} onClick={props.onBack} />
        <h1 class="pane-title" id="add-device-title" tabIndex={-1}>
          {t("devices.add")}
        </h1>
      </header>
      <div class="pane-body">
        <div class="devices-column">
          {pairing && <LineLost pairing={pairing} />}
          <div class="devices-step">
            {pairing ? <Step {...props} pairing={pairing} /> : <TakeCode {...props} />}
          </div>
        </div>
      </div>
    </section>
  );
}

function TakeCode({ node, busy, failure, canScan, onCode }: AddDeviceProps) {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const [scanning, setScanning] = useState(false);
  const [noCamera, setNoCamera] = useState(false);
  const [scanned, setScanned] = useState(false);
  return (
    <>
      <p>{t("devices.addLead", { node })}</p>
      {scanning ? (
        <>
          <p role="status">{t("devices.scanning")}</p>
          <Camera
            label={t("devices.scanning")}
            onCode={(code) => {
              setScanning(false);
              setScanned(true);
              onCode(code);
            }}
            onFailed={() => {
              setScanning(false);
              setNoCamera(true);
            }}
          />
          <div>
            <Button onClick={() => setScanning(false)}>{t("ui.cancel")}</Button>
          </div>
        </>
      ) : (
        canScan &&
        !noCamera && (
          <Button kind="primary" icon={ScanLine} wide onClick={() => setScanning(true)}>
            {t("devices.scan")}
          </Button>
        )
      )}
      {noCamera && <p role="alert">{t("devices.noCamera")}</p>}
      <Form
        onSubmit={() => {
          setTried(true);
          setScanned(false);
          if (!busy && typed.trim() !== "") onCode(typed);
        }}
      >
        <TextField
          label={t("devices.typeCode")}
          hint={t("devices.typeHint")}
          value={typed}
          onInput={setTyped}
          direction="ltr"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={400}
          error={tried && typed.trim() === "" ? t("devices.codeMissing") : undefined}
        />
        {failure && (
          <p class="field-error" role="alert">
            {scanned && failure === "codeWrong" ? t("devices.scanWrong") : failureText(failure)}
          </p>
        )}
        <Button kind={canScan && !noCamera ? "secondary" : "primary"} type="submit" busy={busy}>
          {t("devices.goOn")}
        </Button>
      </Form>
    </>
  );
}

function Step(props: AddDeviceProps & { pairing: Pairing }) {
  const { pairing, onConfirm, onRefuse, onAgain, onBack } = props;
  switch (pairing.step) {
    case "compare":
      return (
        <>
          <h2>{t("devices.compareTitle")}</h2>
          <CompareNumber number={pairing.number ?? ""} onSame={onConfirm} onDifferent={onRefuse}>
            {t("devices.compareOld")}
          </CompareNumber>
          <p class="field-hint">{t("devices.confirmWhat")}</p>
        </>
      );
    case "confirm":
      return (
        <>
          <h2>{t("devices.confirmTitle")}</h2>
          <p>{t("devices.confirmWhat")}</p>
          <div class="devices-choices">
            <Button kind="primary" onClick={onConfirm}>
              {t("devices.confirm")}
            </Button>
            <Button onClick={onRefuse}>{t("ui.cancel")}</Button>
          </div>
        </>
      );
    case "failed":
      return (
        <>
          <PairingFailed failure={pairing.failure} />
          <div>
            <Button kind="primary" onClick={onAgain}>
              {t("devices.retry")}
            </Button>
          </div>
        </>
      );
    case "done":
      return (
        <>
          <h2>{t("devices.doneOldTitle")}</h2>
          <p role="status">{t("devices.doneOld")}</p>
          <div>
            <Button kind="primary" onClick={onBack}>
              {t("devices.finish")}
            </Button>
          </div>
        </>
      );
    case "waiting":
      return <Waiting>{t("devices.waitNew")}</Waiting>;
    default:
      return <Waiting>{t("devices.connecting")}</Waiting>;
  }
}

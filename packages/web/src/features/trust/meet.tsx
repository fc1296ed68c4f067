import "./trust.css";
import { ArrowLeft, ScanQrCode, Search } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { QrCode } from "../../ui/qr-code.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { Scan } from "./scan.tsx";

export interface MeetProps {
  name: string;
  /** One's own picture code; undefined until it is known. */
  code: string | undefined;
  scans: boolean;
  busy: boolean;
  /** What a scan or a search came to, as a sentence. */
  problem: string | undefined;
  onScan: (code: string) => void;
  onFind: (address: string) => void;
  onBack: () => void;
}

/** Getting to know each other: one's own picture code, reading somebody else's, and looking an address up. */
export function Meet(props: MeetProps) {
  const [scanning, setScanning] = useState(false);
  const [address, setAddress] = useState("");
  return (
    <section class="trust" aria-labelledby="meet-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="meet-title" tabIndex={-1}>
            {t("trust.meet")}
          </h1>
        </div>
      </header>
      <div class="pane-body">
        <div class="trust-body">
          <section class="trust-part" aria-labelledby="own-code-title">
            <h2 id="own-code-title">{t("trust.ownCode")}</h2>
            <p class="trust-soft">{t("trust.ownCodeHow")}</p>
            {props.code === undefined ? (
              <Skeleton label={t("ui.moment")} rows={4} />
            ) : (
              <QrCode value={props.code} label={t("trust.ownCodeLabel", { name: props.name })} />
            )}
          </section>
          <section class="trust-part" aria-labelledby="their-code-title">
            <h2 id="their-code-title">{t("trust.theirCode")}</h2>
            {scanning ? (
              <Scan
                can={props.scans}
                onCode={(code) => {
                  setScanning(false);
                  props.onScan(code);
                }}
              />
            ) : (
              <Button
                icon={ScanQrCode}
                onClick={() => {
                  setScanning(true);
                }}
              >
                {t("trust.scan")}
              </Button>
            )}
          </section>
          <section class="trust-part" aria-labelledby="find-title">
            <h2 id="find-title">{t("trust.findTitle")}</h2>
            <Form
              onSubmit={() => {
                if (address.trim() !== "") props.onFind(address.trim());
              }}
            >
              <TextField
                label={t("trust.findLabel")}
                hint={t("trust.findHint")}
                value={address}
                onInput={setAddress}
                maxLength={330}
                direction="ltr"
                autoCapitalize="none"
                spellcheck={false}
              />
              <div class="trust-actions">
                <Button type="submit" icon={Search} busy={props.busy}>
                  {t("trust.find")}
                </Button>
              </div>
            </Form>
          </section>
          {props.problem && <p role="alert">{props.problem}</p>}
        </div>
      </div>
    </section>
  );
}

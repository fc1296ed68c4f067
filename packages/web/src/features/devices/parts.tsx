import "./devices.css";
import type { Pairing, PairingFailure } from "@baraza/engine";
import { CloudOff } from "lucide";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Spinner } from "../../ui/progress.tsx";

const FAILURES = {
  expired: "devices.failedExpired",
  refused: "devices.failedRefused",
  ended: "devices.failedEnded",
  mismatch: "devices.failedMismatch",
  unanswered: "devices.failedUnanswered",
} as const satisfies Record<PairingFailure, string>;

/** What a pairing that came to nothing came to. */
export function PairingFailed({ failure }: { failure: PairingFailure | null }) {
  return (
    <p class="field-error" role="alert">
      {t(FAILURES[failure ?? "ended"])}
    </p>
  );
}

/** Something short is under way, in words. */
export function Waiting({ children }: { children: string }) {
  return (
    <p class="devices-wait" role="status">
      <Spinner />
      <span>{children}</span>
    </p>
  );
}

/** The line is gone meanwhile. */
export function LineLost({ pairing }: { pairing: Pairing }) {
  if (!pairing.offline) return null;
  return (
    <Banner tone="notice" icon={CloudOff}>
      {t("devices.lineLost")}
    </Banner>
  );
}

/** The number that both screens show, and the question whether it is the same. */
export function CompareNumber(props: {
  number: string;
  children: string;
  onSame: () => void;
  onDifferent: () => void;
}) {
  return (
    <>
      <p>{props.children}</p>
      <output class="devices-number" dir="ltr" aria-label={t("devices.number")}>
        {`${props.number.slice(0, 3)} ${props.number.slice(3)}`}
      </output>
      <div class="devices-choices">
        <Button kind="primary" onClick={props.onSame}>
          {t("devices.same")}
        </Button>
        <Button onClick={props.onDifferent}>{t("devices.different")}</Button>
      </div>
    </>
  );
}

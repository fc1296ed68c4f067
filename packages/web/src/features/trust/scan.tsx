import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Camera } from "../../ui/camera.tsx";

/** Reads a picture code by the camera, or says what to do instead. */
export function Scan(props: {
  can: boolean;
  /** What was wrong with the last code. */
  problem?: string | undefined;
  onCode: (code: string) => void;
}) {
  const [failed, setFailed] = useState(false);
  if (!props.can) return <p role="status">{t("trust.scanNone")}</p>;
  if (failed) return <p role="status">{t("trust.scanDenied")}</p>;
  return (
    <div class="trust-part">
      <p class="trust-soft">{t("trust.scanHow")}</p>
      <Camera
        label={t("trust.scanHow")}
        onCode={props.onCode}
        onFailed={() => {
          setFailed(true);
        }}
      />
      {props.problem && <p role="status">{props.problem}</p>}
    </div>
  );
}

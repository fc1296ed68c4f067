import type { ArchiveContent, ArchiveImport } from "@baraza/engine";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Progress } from "../../ui/progress.tsx";
import { Group } from "../settings/group.tsx";
import type { Trouble } from "./explain.ts";
import { explain } from "./explain.ts";
import { OpenFile } from "./file.tsx";

export interface BringProps {
  content: ArchiveContent | undefined;
  progress: ArchiveImport | null;
  /** The file is being opened, or read. */
  step: "choose" | "opening" | "opened" | "reading" | "done";
  trouble: Trouble | undefined;
  now: number;
  onOpen: (file: File, passphrase: string) => void;
  onBring: () => void;
  onStop: () => void;
}

/** Bringing in a file that was taken along. */
export function Bring(props: BringProps) {
  const { content, progress, step, trouble, now } = props;
  return (
    <Group title={t("moving.bringTitle")}>
      <div class="moving-part">
        {(step === "choose" || step === "opening") && (
          <>
            <p>{t("moving.bringWhat")}</p>
            {progress?.state === "running" && <p>{t("moving.interrupted")}</p>}
            <OpenFile busy={step === "opening"} onOpen={props.onOpen} />
          </>
        )}
        {content && step === "opened" && (
          <>
            <p role="status">
              {tParts("moving.ofWhom", {
                name: <bdi>{content.displayName}</bdi>,
                address: <bdi>{content.address}</bdi>,
                when: formatDayWithin(content.made, now),
              })}
            </p>
            <p class="field-hint">
              {t(content.same === true ? "moving.yours" : "moving.notYours")}
            </p>
            <div class="moving-buttons">
              <Button onClick={props.onStop}>{t("ui.cancel")}</Button>
              <Button kind="primary" onClick={props.onBring}>
                {t("moving.bringIn")}
              </Button>
            </div>
          </>
        )}
        {step === "reading" && (
          <>
            <p role="status">{t("moving.bringing")}</p>
            <Progress
              label={t("moving.bringing")}
              done={progress?.done ?? 0}
              total={progress?.total ?? 0}
            />
            <Button onClick={props.onStop}>{t("moving.stop")}</Button>
          </>
        )}
        {step === "done" && (
          <p role="status">{t("moving.brought", { count: progress?.spaces ?? 0 })}</p>
        )}
        {trouble && (
          <p class="field-error" role="alert">
            {explain(trouble)}
          </p>
        )}
      </div>
    </Group>
  );
}

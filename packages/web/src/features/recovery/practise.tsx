import "./recovery.css";
import type { Rescue } from "@baraza/engine";
import { CircleCheck } from "lucide";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Group } from "../settings/group.tsx";
import { Page } from "./page.tsx";
import { RescueView } from "./rescue.tsx";

export interface PractiseProps {
  /** Practising with people that is under way. */
  rescue: Rescue | undefined;
  /** Enough people have confirmed. */
  hasPeople: boolean;
  done: boolean;
  now: number;
  busy: boolean;
  failure: Failure | undefined;
  overviewHref: string;
  onBegin: () => void;
  onLook: () => void;
  onFinish: () => void;
  onStop: () => void;
}

/** Walking through the way back once, without risk. */
export function Practise(props: PractiseProps) {
  const { rescue, busy, failure } = props;
  return (
    <Page
      title={t("recovery.practiseTitle")}
      lead={t("recovery.practiseLead")}
      backHref={props.overviewHref}
    >
      {props.done && (
        <p class="recovery-line recovery-done" role="status">
          <Icon of={CircleCheck} /> {t("recovery.practised")}
        </p>
      )}
      <Group title={t("recovery.practisePeople")}>
        {rescue ? (
          <RescueView {...props} rescue={rescue} />
        ) : props.hasPeople ? (
          <>
            <p class="field-hint">{t("recovery.practisePeopleHint")}</p>
            {failure && (
              <p class="field-error" role="alert">
                {failureText(failure)}
              </p>
            )}
            <div>
              <Button busy={busy} onClick={props.onBegin}>
                {t("recovery.practiseBegin")}
              </Button>
            </div>
          </>
        ) : (
          <p class="field-hint">{t("recovery.practiseNoPeople")}</p>
        )}
      </Group>
    </Page>
  );
}

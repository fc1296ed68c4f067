import "./access.css";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";

export interface LinkChoice {
  days: number;
  most: number | null;
  approval: boolean;
  role?: "guest" | "observer";
  until?: number;
}

const DAY = 24 * 60 * 60_000;
const MOST = ["1", "10", "100", "any"] as const;
const DAYS = ["1", "7", "365"] as const;
const STAYS = ["none", "1", "7", "30"] as const;
const ROLES = ["member", "guest", "observer"] as const;

/** What a link is to be like, before it is made. */
export function NewLink(props: {
  /** One's own role lets one say what people become by it. */
  leads: boolean;
  /** Others let people in: who asks by this link is looked at in any case. */
  looked: boolean;
  now: number;
  busy: boolean;
  failure?: Failure | undefined;
  onMake: (choice: LinkChoice) => void;
  onClose: () => void;
}) {
  const [most, setMost] = useState<(typeof MOST)[number]>("any");
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const [role, setRole] = useState<(typeof ROLES)[number]>("member");
  const [stay, setStay] = useState<(typeof STAYS)[number]>("none");
  const [approval, setApproval] = useState(false);
  return (
    <Dialog
      title={t("access.newLink")}
      onClose={props.onClose}
      actions={
        <Button
          kind="primary"
          busy={props.busy}
          onClick={() =>
            props.onMake({
              days: Number(days),
              most: most === "any" ? null : Number(most),
              approval: approval || props.looked,
              ...(role === "member" ? {} : { role }),
              ...(role === "guest" && stay !== "none"
                ? { until: props.now + Number(stay) * DAY }
                : {}),
            })
          }
        >
          {t("access.make")}
        </Button>
      }
    >
      <SelectField
        label={t("access.most")}
        value={most}
        options={MOST.map((value) => ({
          value,
          label:
            value === "any" ? t("access.mostAny") : t("people.count", { count: Number(value) }),
        }))}
        onChange={setMost}
      />
      <SelectField
        label={t("access.lasts")}
        value={days}
        options={DAYS.map((value) => ({ value, label: t(`access.lasts.${value}`) }))}
        onChange={setDays}
      />
      {props.leads && (
        <SelectField
          label={t("access.comeAs")}
          value={role}
          options={ROLES.map((value) => ({ value, label: t(`access.role.${value}`) }))}
          onChange={setRole}
          hint={t(`access.what.${role}`)}
        />
      )}
      {props.leads && role === "guest" && (
        <SelectField
          label={t("access.stay")}
          value={stay}
          options={STAYS.map((value) => ({ value, label: t(`access.stay.${value}`) }))}
          onChange={setStay}
        />
      )}
      <Switch
        label={t("access.approval")}
        hint={props.looked ? t("access.approvalAlways") : t("access.approvalHint")}
        checked={approval || props.looked}
        onChange={setApproval}
      />
      {props.failure && (
        <p class="field-error" role="alert">
          {failureText(props.failure)}
        </p>
      )}
    </Dialog>
  );
}

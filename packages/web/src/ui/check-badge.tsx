import "./check-badge.css";
import { type IconNode, ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide";
import type { Check } from "../app/model.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";

const icons: Record<Check, IconNode> = {
  met: ShieldCheck,
  code: ShieldCheck,
  invited: ShieldCheck,
  known: ShieldCheck,
  unchecked: ShieldQuestion,
  changed: ShieldAlert,
};

/** How sure one can be who somebody is: the same icon and words wherever that person is shown. */
export function CheckBadge({ check }: { check: Check }) {
  return (
    <span class="check-badge" data-check={check}>
      <Icon of={icons[check]} />
      <span class="check-words">{t(`check.${check}`)}</span>
    </span>
  );
}

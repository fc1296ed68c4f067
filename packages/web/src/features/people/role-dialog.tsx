import "./access.css";
import { useId, useState } from "preact/hooks";
import type { PersonRow, Role } from "../../app/model.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";

const ALL: readonly Role[] = ["steward", "moderator", "member", "guest", "observer"];
const DAY = 24 * 60 * 60_000;
const STAYS = ["none", "1", "7", "30"] as const;

/** What somebody may do in a conversation, and putting them out for good. */
export function RoleDialog(props: {
  person: PersonRow;
  /** Until when a guest stays, ms since 1970. */
  until: number | undefined;
  /** False for moderators, who silence and let speak. */
  leads: boolean;
  now: number;
  onSave: (role: Role, until: number | undefined) => void;
  onBan: () => void;
  onClose: () => void;
}) {
  const { person, leads, now } = props;
  const name = useId();
  const [role, setRole] = useState<Role>(person.role);
  const [stay, setStay] = useState<(typeof STAYS)[number]>("none");
  const roles = leads ? ALL : (["member", "observer"] as const);
  return (
    <Dialog
      title={t("access.roleTitle", { name: person.name })}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="primary"
            disabled={role === person.role && stay === "none"}
            onClick={() =>
              props.onSave(
                role,
                role === "guest" && stay !== "none" ? now + Number(stay) * DAY : undefined,
              )
            }
          >
            {t("access.save")}
          </Button>
        </>
      }
    >
      <fieldset class="access-roles">
        <legend class="visually-hidden">{t("access.roleTitle", { name: person.name })}</legend>
        {roles.map((one) => (
          <label class="access-role" key={one}>
            <input
              type="radio"
              name={name}
              checked={role === one}
              onChange={() => setRole(one)}
              aria-label={t(`access.role.${one}`)}
              aria-describedby={`${name}-${one}`}
            />
            <span class="access-ask-words">
              {t(`access.role.${one}`)}
              <span class="field-hint" id={`${name}-${one}`}>
                {t(`access.what.${one}`)}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      {props.until !== undefined && (
        <p class="field-hint">{t("access.staysUntil", { when: formatUntil(props.until, now) })}</p>
      )}
      {leads && role === "guest" && (
        <SelectField
          label={t("access.stay")}
          value={stay}
          options={STAYS.map((value) => ({ value, label: t(`access.stay.${value}`) }))}
          onChange={setStay}
        />
      )}
      {person.role !== "steward" && person.role !== "moderator" && (
        <>
          <p class="field-hint">{t("access.banHint")}</p>
          <Button kind="danger" onClick={props.onBan}>
            {t("access.ban")}
          </Button>
        </>
      )}
    </Dialog>
  );
}

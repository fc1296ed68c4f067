import "./lock.css";
import { Lock, LockOpen } from "lucide";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Group } from "../settings/group.tsx";
import type { LockKind } from "./set-lock.tsx";

export interface LockSettingsProps {
  /** What opens the lock; undefined: none is set. */
  kind: LockKind | undefined;
  idleMinutes: number;
  idleChoices: readonly number[];
  onSet: () => void;
  onRemove: () => void;
  onNow: () => void;
  onIdle: (minutes: number) => void;
}

/** The lock on this device: whether there is one, what opens it, and when it closes. */
export function LockSettings(props: LockSettingsProps) {
  const { kind } = props;
  return (
    <Group title={t("lock.title")}>
      {kind === undefined ? (
        <>
          <p class="field-hint">{t("lock.what")}</p>
          <div>
            <Button icon={Lock} onClick={props.onSet}>
              {t("lock.set")}
            </Button>
          </div>
        </>
      ) : (
        <>
          <p class="lock-is">
            <Icon of={Lock} />
            <span>{t(`lock.is.${kind}`)}</span>
          </p>
          <SelectField
            label={t("lock.idle")}
            hint={t("lock.idleHint")}
            value={String(props.idleMinutes)}
            options={props.idleChoices.map((minutes) => ({
              value: String(minutes),
              label: minutes === 0 ? t("lock.idleNever") : t("lock.idleAfter", { count: minutes }),
            }))}
            onChange={(minutes) => props.onIdle(Number(minutes))}
          />
          <div class="lock-buttons">
            <Button kind="primary" icon={Lock} onClick={props.onNow}>
              {t("lock.now")}
            </Button>
            <Button onClick={props.onSet}>{t("lock.change")}</Button>
            <Button icon={LockOpen} onClick={props.onRemove}>
              {t("lock.remove")}
            </Button>
          </div>
          <p class="field-hint">{t("lock.nowHint")}</p>
        </>
      )}
    </Group>
  );
}

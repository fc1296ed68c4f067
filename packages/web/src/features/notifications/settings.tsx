import "./notifications.css";
import type { NotificationSettings as Choice } from "@baraza/engine";
import { BellOff } from "lucide";
import { useId } from "preact/hooks";
import type { Reach } from "../../bell/subscription.ts";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Group } from "../settings/group.tsx";

export interface NotificationSettingsProps {
  settings: Choice;
  /** What the browser allows. `unsupported`: it shows no notifications at all. */
  permission: NotificationPermission | "unsupported";
  /** How far this device is told; undefined: not known yet. */
  reach: Reach | undefined;
  onTurn: (on: boolean) => void;
  onChange: (change: Partial<Choice>) => void;
}

/** Ten in the evening to seven in the morning, to begin with. */
const NIGHT = { from: 22 * 60, to: 7 * 60 };

/** Whether, when and how loudly one is told on this device. */
export function NotificationSettings(props: NotificationSettingsProps) {
  const { settings, permission, onChange } = props;
  const on = settings.on && permission === "granted";
  const hindrance = permission === "unsupported" || permission === "denied";
  return (
    <Group title={t("notifications.heading")}>
      <p class="field-hint">{t("notifications.what")}</p>
      {hindrance ? (
        <Banner tone="notice" icon={BellOff}>
          {t(`notifications.${permission}`)}
        </Banner>
      ) : (
        <Switch label={t("notifications.on")} checked={on} onChange={props.onTurn} />
      )}
      {on && (
        <>
          {props.reach !== undefined && props.reach !== "pushed" && (
            <Banner icon={BellOff}>{t(`notifications.${REACHES[props.reach]}`)}</Banner>
          )}
          <Switch
            label={t("notifications.content")}
            hint={t("notifications.contentHint")}
            checked={settings.content}
            onChange={(content) => onChange({ content })}
          />
          <Switch
            label={t("notifications.sound")}
            checked={settings.sound}
            onChange={(sound) => onChange({ sound })}
          />
          <Switch
            label={t("notifications.quiet")}
            hint={t("notifications.quietHint")}
            checked={settings.quiet !== null}
            onChange={(wanted) => onChange({ quiet: wanted ? NIGHT : null })}
          />
          {settings.quiet && (
            <div class="notify-times">
              <TimeField
                label={t("notifications.from")}
                minutes={settings.quiet.from}
                onChange={(from) => onChange({ quiet: { ...(settings.quiet ?? NIGHT), from } })}
              />
              <TimeField
                label={t("notifications.until")}
                minutes={settings.quiet.to}
                onChange={(to) => onChange({ quiet: { ...(settings.quiet ?? NIGHT), to } })}
              />
            </div>
          )}
          <p class="field-hint">{t("notifications.wake")}</p>
        </>
      )}
    </Group>
  );
}

const REACHES = { open: "openOnly", refused: "refused", later: "later" } as const;

/** A time of the day by the platform's own field, which knows the reader's way to write it. */
function TimeField(props: { label: string; minutes: number; onChange: (minutes: number) => void }) {
  const id = useId();
  const two = (value: number): string => String(value).padStart(2, "0");
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <div class="field-box">
        <input
          id={id}
          class="field-input"
          type="time"
          required
          value={`${two(Math.floor(props.minutes / 60))}:${two(props.minutes % 60)}`}
          onChange={(event) => {
            const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(event.currentTarget.value) ?? [];
            if (hours !== undefined) props.onChange(Number(hours) * 60 + Number(minutes));
          }}
        />
      </div>
    </div>
  );
}

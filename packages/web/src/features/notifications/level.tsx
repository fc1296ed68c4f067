import "./notifications.css";
import type { NotifyLevel } from "@baraza/engine";
import { t } from "../../i18n/index.ts";
import { Segmented } from "../../ui/choice.tsx";

export interface LevelProps {
  level: NotifyLevel;
  /** Nothing is told on this device at all. */
  off: boolean;
  settingsHref: string;
  onChange: (level: NotifyLevel) => void;
}

const LEVELS: readonly NotifyLevel[] = ["all", "mentions", "none"];

/** What of one conversation one wants to be told. */
export function Level({ level, off, settingsHref, onChange }: LevelProps) {
  return (
    <div class="notify-level">
      <Segmented
        label={t("notifications.level")}
        value={level}
        options={LEVELS.map((value) => ({ value, label: t(`notifications.level.${value}`) }))}
        onChange={onChange}
      />
      {off ? (
        <p class="field-hint">
          <a href={settingsHref}>{t("notifications.levelOff")}</a>
        </p>
      ) : (
        <p class="field-hint">{t("notifications.levelHint")}</p>
      )}
    </div>
  );
}

import "./weekly.css";
import type { WeeklySettings } from "@baraza/engine";
import { formatMoment, formatTime } from "../../i18n/dates.ts";
import { currentTag, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Group } from "../settings/group.tsx";

export interface WeeklySettingsProps {
  settings: WeeklySettings;
  weekHref: string;
  onSpace: (spaceId: string, on: boolean) => void;
  onWhen: (when: { day?: number; hour?: number; on?: boolean }) => void;
}

/** So many conversations are listed before one asks for the rest. */
export const SOME = 6;

/** Of which conversations the letter is made, on which day and at which hour; or none at all. */
export function WeeklyGroup(props: WeeklySettingsProps & { all: boolean; onAll: () => void }) {
  const { settings, onSpace, onWhen } = props;
  const { spaces } = settings;
  const chosen = spaces.some(({ on }) => on);
  const first = spaces.toSorted((a, b) => Number(b.on) - Number(a.on));
  const shown = props.all
    ? spaces
    : first.filter((one, at) => at < SOME || one.on || one.suggested);
  return (
    <Group title={t("weekly.setting")}>
      <p class="field-hint">{t("weekly.what")}</p>
      <div class="week-when">
        <SelectField
          label={t("weekly.day")}
          value={String(settings.day)}
          options={weekDays()}
          onChange={(day) => onWhen({ day: Number(day) })}
        />
        <SelectField
          label={t("weekly.hour")}
          value={String(settings.hour)}
          options={hours()}
          onChange={(hour) => onWhen({ hour: Number(hour) })}
        />
      </div>
      {spaces.length === 0 ? (
        <p class="field-hint">{t("weekly.noSpaces")}</p>
      ) : (
        <fieldset class="week-spaces">
          <legend class="field-label">{t("weekly.which")}</legend>
          {shown.map(({ spaceId, title, on, suggested }) => (
            <Switch
              key={spaceId}
              label={<bdi>{title}</bdi>}
              hint={suggested && t("weekly.suggested")}
              checked={on}
              onChange={(next) => onSpace(spaceId, next)}
            />
          ))}
          {shown.length < spaces.length && (
            <Button kind="quiet" onClick={props.onAll}>
              {t("weekly.allSpaces", { count: spaces.length })}
            </Button>
          )}
        </fieldset>
      )}
      {settings.next !== null && (
        <p role="status">{t("weekly.next", { time: formatMoment(settings.next) })}</p>
      )}
      <p class="field-hint">{t("weekly.bounds")}</p>
      <div class="week-acts">
        <a class="button" data-kind="secondary" href={props.weekHref}>
          {t("weekly.read")}
        </a>
        {chosen && (
          <Button kind="quiet" onClick={() => onWhen({ on: !settings.on })}>
            {settings.on ? t("weekly.off") : t("weekly.onAgain")}
          </Button>
        )}
      </div>
    </Group>
  );
}

/** In a conversation's overview: whether it stands in one's letter. */
export function WeeklyPart(props: {
  on: boolean;
  off: boolean;
  day: number;
  hour: number;
  settingsHref: string;
  onChange: (on: boolean) => void;
}) {
  const { on, off, day, hour } = props;
  const when = { day: weekDays()[(day + 6) % 7]?.label ?? "", hour: hourName(hour) };
  return (
    <section class="about-part" aria-labelledby="weekly-part">
      <h2 id="weekly-part">{t("weekly.setting")}</h2>
      <div class="about-switches">
        <Switch
          label={t("weekly.here")}
          hint={on && !off ? t("weekly.hereWhen", when) : t("weekly.hereHint")}
          checked={on && !off}
          onChange={props.onChange}
        />
      </div>
      <a class="button about-all" data-kind="quiet" href={props.settingsHref}>
        {t("weekly.choose")}
      </a>
    </section>
  );
}

/** Monday first, with the names that the reader's language has. 2024 began with a Monday. */
function weekDays(): { value: string; label: string }[] {
  const name = new Intl.DateTimeFormat(currentTag(), { weekday: "long" });
  return Array.from({ length: 7 }, (_, index) => ({
    value: String((index + 1) % 7),
    label: name.format(new Date(2024, 0, 1 + index, 12)),
  }));
}

function hours(): { value: string; label: string }[] {
  return Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: hourName(hour) }));
}

function hourName(hour: number): string {
  return formatTime(new Date(2024, 0, 1, hour).getTime());
}

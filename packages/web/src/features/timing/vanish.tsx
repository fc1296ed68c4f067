import "./timing.css";
import { Timer } from "lucide";
import { useState } from "preact/hooks";
import { formatSpan } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const UNITS = { second: 1000, minute: MINUTE, hour: HOUR, day: DAY, week: WEEK } as const;
type Unit = keyof typeof UNITS;
const UNIT_NAMES: readonly Unit[] = ["second", "minute", "hour", "day", "week"];
/** What one chooses with one press; 0: for good. */
const USUAL = [0, HOUR, DAY, WEEK, 4 * WEEK] as const;
const SHORTEST = 5000;
const LONGEST = 366 * DAY;

/** What is said of disappearing where a conversation is described. */
export function VanishPart(props: { ms: number; leads: boolean; onChange: () => void }) {
  const { ms } = props;
  return (
    <section class="about-part" aria-labelledby="vanish-title">
      <h2 id="vanish-title">{t("timing.vanish")}</h2>
      <p>{ms === 0 ? t("timing.vanishNever") : t("timing.vanishNow", { time: formatSpan(ms) })}</p>
      {props.leads ? (
        <div>
          <Button icon={Timer} onClick={props.onChange}>
            {t("timing.vanishChange")}
          </Button>
        </div>
      ) : (
        <p class="field-hint">{t("timing.vanishLeads")}</p>
      )}
    </section>
  );
}

/** Asks how long what is said stays, and says what that means. */
export function VanishDialog(props: {
  ms: number;
  busy: boolean;
  onSet: (ms: number) => void;
  onClose: () => void;
}) {
  const usual = USUAL.some((one) => one === props.ms);
  const [choice, setChoice] = useState(usual ? String(props.ms) : "own");
  const [unit, setUnit] = useState<Unit>(usual ? "day" : unitOf(props.ms));
  const [amount, setAmount] = useState(usual ? "2" : String(props.ms / UNITS[unitOf(props.ms)]));
  const [asked, setAsked] = useState(false);
  const number = Number(amount);
  const own = number * UNITS[unit];
  const fits = Number.isInteger(number) && own >= SHORTEST && own <= LONGEST;
  const ms = choice === "own" ? own : Number(choice);
  const save = (): void => {
    setAsked(true);
    if (choice !== "own" || fits) props.onSet(ms);
  };
  return (
    <Dialog
      title={t("timing.vanish")}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" busy={props.busy} onClick={save}>
            {t("timing.vanishSave")}
          </Button>
        </>
      }
    >
      <div class="timing-fields">
        <SelectField
          label={t("timing.vanishHow")}
          value={choice}
          options={[
            ...USUAL.map((one) => ({
              value: String(one),
              label: one === 0 ? t("timing.vanishOff") : formatSpan(one),
            })),
            { value: "own", label: t("timing.vanishOwn") },
          ]}
          onChange={setChoice}
        />
        {choice === "own" && (
          <>
            <TextField
              label={t("timing.vanishAmount")}
              value={amount}
              inputMode="numeric"
              maxLength={6}
              onInput={setAmount}
              error={asked && !fits ? t("timing.vanishBounds") : undefined}
            />
            <SelectField
              label={t("timing.vanishUnit")}
              value={unit}
              options={UNIT_NAMES.map((value) => ({ value, label: t(`timing.unit.${value}`) }))}
              onChange={setUnit}
            />
          </>
        )}
        <p>{t("timing.vanishWhat")}</p>
        <p>{t("timing.vanishNot")}</p>
        <p class="field-hint">{t("timing.vanishNode")}</p>
      </div>
    </Dialog>
  );
}

function unitOf(ms: number): Unit {
  return UNIT_NAMES.findLast((unit) => ms >= UNITS[unit] && ms % UNITS[unit] === 0) ?? "second";
}

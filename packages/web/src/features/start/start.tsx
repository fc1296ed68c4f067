import "./start.css";
import { Circle, CircleCheck } from "lucide";
import { formatNumber, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Logo } from "../../ui/logo.tsx";

export type StepName = "space" | "invite" | "device" | "words";

export interface Step {
  name: StepName;
  done: boolean;
  onDo: () => void;
}

export interface StartProps {
  steps: readonly Step[];
  onAway: () => void;
}

/** What to do on the first day: each step leads to where it is done, and ticks itself off. */
export function StartPage(props: StartProps) {
  return (
    <section class="start" aria-labelledby="start-title">
      <Logo size="l" />
      <h2 id="start-title">{t("start.title")}</h2>
      <p class="field-hint">{t("start.lead")}</p>
      <Steps {...props} />
    </section>
  );
}

/** The same on a phone, above the list: one line until it is opened. */
export function StartLine(props: StartProps) {
  const done = props.steps.filter((step) => step.done).length;
  return (
    <details class="start-line">
      <summary>
        {t("start.title")}
        <span>
          {t("start.progress", {
            done: formatNumber(done),
            total: formatNumber(props.steps.length),
          })}
        </span>
      </summary>
      <Steps {...props} />
    </details>
  );
}

function Steps({ steps, onAway }: StartProps) {
  return (
    <>
      <ol class="start-steps">
        {steps.map(({ name, done, onDo }) => (
          <li key={name} data-done={done || undefined}>
            <Icon of={done ? CircleCheck : Circle} />
            <div>
              <p class="start-name">
                {t(`start.${name}`)}
                {done && <span class="visually-hidden"> {t("start.done")}</span>}
              </p>
              {!done && <p class="field-hint">{t(`start.${name}Hint`)}</p>}
            </div>
            {!done && (
              <Button onClick={onDo} label={`${t(`start.${name}Do`)}: ${t(`start.${name}`)}`}>
                {t(`start.${name}Do`)}
              </Button>
            )}
          </li>
        ))}
      </ol>
      <Button kind="quiet" onClick={onAway}>
        {t("start.away")}
      </Button>
    </>
  );
}

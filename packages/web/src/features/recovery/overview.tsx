import "../settings/settings.css";
import "./recovery.css";
import type { Loss, Overview as OverviewData, OverviewWay } from "@baraza/engine";
import { CircleAlert, CircleCheck, CircleHelp, Hourglass } from "lucide";
import type { ComponentChildren } from "preact";
import { formatDayWithin } from "../../i18n/dates.ts";
import { formatList, t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Group } from "../settings/group.tsx";
import { Page } from "./page.tsx";

export interface OverviewProps {
  overview: OverviewData;
  now: number;
  settingsHref: string;
  peopleHref: string;
  sheetHref: string;
  practiseHref: string;
  onNext: (step: NonNullable<OverviewData["next"]>) => void;
}

/** "What would be lost today": the ways back that one has, what would not come back, and the one thing to do next. */
export function Overview(props: OverviewProps) {
  const { overview, now, peopleHref, sheetHref, practiseHref, onNext } = props;
  const { next } = overview;
  return (
    <Page title={t("recovery.title")} lead={t("recovery.lead")} backHref={props.settingsHref}>
      <section class="recovery-next" aria-labelledby="recovery-next">
        <h2 id="recovery-next">{next === null ? t("recovery.ready") : t("recovery.nextTitle")}</h2>
        {overview.recoveredAt !== null && (
          <p>{t("recovery.cameBack", { when: formatDayWithin(overview.recoveredAt, now) })}</p>
        )}
        {next === null ? (
          <p>{t("recovery.readyWhy")}</p>
        ) : (
          <>
            <p>{t(`recovery.next${STEPS[next]}Why`)}</p>
            <Button kind="primary" onClick={() => onNext(next)}>
              {t(`recovery.next${STEPS[next]}`)}
            </Button>
          </>
        )}
      </section>
      <Group title={t("recovery.waysTitle")}>
        <ul class="recovery-list">
          {overview.ways.map((way) => (
            <Way key={way.id} way={way} overview={overview} now={now} />
          ))}
          <Line sure={overview.otherDevices > 0}>
            {t("recovery.devices", { count: overview.otherDevices })}
          </Line>
        </ul>
        <div class="recovery-buttons">
          <a class="button" data-kind="secondary" href={peopleHref}>
            {t("recovery.toPeople")}
          </a>
          <a class="button" data-kind="secondary" href={sheetHref}>
            {t("recovery.toSheet")}
          </a>
          <a class="button" data-kind="secondary" href={practiseHref}>
            {t("recovery.toPractise")}
          </a>
        </div>
      </Group>
      <Group title={t("recovery.lostTitle")}>
        {overview.losses.length === 0 ? (
          <p>{t("recovery.lostNothing")}</p>
        ) : (
          <ul class="recovery-list">
            {overview.losses.map((loss) => (
              <li class="recovery-line" key={loss.kind}>
                <Icon of={CircleAlert} />
                <p>{lossText(loss)}</p>
              </li>
            ))}
          </ul>
        )}
      </Group>
    </Page>
  );
}

const STEPS = {
  addWay: "AddWay",
  people: "People",
  renew: "Renew",
  rehearse: "Rehearse",
  send: "Send",
} as const;

function Way({ way, overview, now }: { way: OverviewWay; overview: OverviewData; now: number }) {
  const set = overview.sets.find(({ kind }) => kind === way.kind);
  const held = set?.holders.filter(({ state }) => state === "held").length ?? 0;
  const memory = way.kind === "passphrase";
  return (
    <Line sure={way.opens && !memory && (set === undefined || (set.stands && !set.renew))}>
      <strong>{way.label ?? wayName(way.kind)}</strong>
      <br />
      {memory
        ? t("recovery.wayPassphraseHint")
        : !way.opens
          ? t("recovery.signsOnly")
          : set === undefined
            ? practised(way.rehearsedAt, now)
            : `${t("recovery.circle", { held, all: set.holders.length, k: set.k })}. ${practised(set.rehearsedAt, now)}`}
    </Line>
  );
}

function practised(at: number | null, now: number): string {
  return at === null
    ? t("recovery.neverPractised")
    : t("recovery.practisedAt", { when: formatDayWithin(at, now) });
}

function wayName(kind: string): string {
  switch (kind) {
    case "passphrase":
      return t("recovery.wayPassphrase");
    case "passphrase+secret":
      return t("recovery.wayPassphraseSecret");
    case "passkey":
      return t("recovery.wayPasskey");
    case "words":
      return t("recovery.wayWords");
    case "people":
      return t("recovery.wayPeople");
    case "organisation":
      return t("recovery.wayOrganisation");
    default:
      return t("recovery.wayOther");
  }
}

function Line({ sure, children }: { sure: boolean; children: ComponentChildren }) {
  return (
    <li class="recovery-line">
      <Icon of={sure ? CircleCheck : CircleHelp} />
      <p>{children}</p>
    </li>
  );
}

function lossText(loss: Loss): ComponentChildren {
  if (loss.kind === "unsent") return t("recovery.lostUnsent", { count: loss.count });
  const spaces = <bdi>{formatList(loss.spaces.map(({ title }) => title))}</bdi>;
  return loss.kind === "history"
    ? tParts("recovery.lostHistory", { spaces })
    : tParts("recovery.lostPlace", { spaces });
}

export interface NudgeProps {
  href: string;
  onDismiss: () => void;
}

/** Once, after the first day, above the list of conversations. */
export function Nudge({ href, onDismiss }: NudgeProps) {
  return (
    <section class="recovery-nudge" aria-labelledby="recovery-nudge">
      <h2 id="recovery-nudge">
        <Icon of={Hourglass} /> {t("recovery.nudgeTitle")}
      </h2>
      <p>{t("recovery.nudge")}</p>
      <div class="recovery-buttons">
        <a class="button" data-kind="primary" href={href}>
          {t("recovery.nudgeAction")}
        </a>
        <Button kind="quiet" onClick={onDismiss}>
          {t("recovery.nudgeDismiss")}
        </Button>
      </div>
    </section>
  );
}

import "./recovery.css";
import type { Candidate, HeldShare, Holder, Office, TrustedSet } from "@baraza/engine";
import { UsersRound } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Form, SelectField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Group } from "../settings/group.tsx";
import { Page } from "./page.tsx";

export interface PeopleProps {
  sets: readonly TrustedSet[];
  candidates: readonly Candidate[];
  offices: readonly Office[];
  held: readonly HeldShare[];
  now: number;
  busy: boolean;
  failure: Failure | undefined;
  overviewHref: string;
  helpHref: string;
  onShare: (wish: {
    kind: "people" | "organisation";
    holders: string[];
    k: number;
    spaceId?: string;
  }) => void;
  onCheck: (setId: string) => void;
  onEnd: (setId: string) => void;
  onDecline: (owner: HeldShare) => void;
}

const MOST = 10;

/** People (and one's organisation, where one wants that) who can let one back in, and for whom one does the same. */
export function TrustedPeople(props: PeopleProps) {
  const { sets, held, now } = props;
  const people = sets.filter(({ kind }) => kind === "people");
  const organisation = sets.filter(({ kind }) => kind === "organisation");
  const [choosing, setChoosing] = useState(false);
  const [ending, setEnding] = useState<TrustedSet>();
  const [declining, setDeclining] = useState<HeldShare>();
  const picker = people.length === 0 || choosing;
  return (
    <Page
      title={t("recovery.peopleTitle")}
      lead={t("recovery.peopleLead")}
      backHref={props.overviewHref}
    >
      {props.failure && (
        <p class="field-error" role="alert">
          {failureText(props.failure)}
        </p>
      )}
      <Group title={t("recovery.circleTitle")}>
        {people.map((set) => (
          <SetView
            key={set.setId}
            set={set}
            now={now}
            onAgain={() => setChoosing(true)}
            onCheck={props.onCheck}
            onEnd={setEnding}
          />
        ))}
        {picker && (
          <Picker
            {...props}
            first={people[0]?.holders ?? []}
            onShare={(wish) => {
              setChoosing(false);
              props.onShare(wish);
            }}
          />
        )}
      </Group>
      <Group title={t("recovery.organisationTitle")}>
        <p class="field-hint">{t("recovery.organisationLead")}</p>
        {organisation.map((set) => (
          <SetView key={set.setId} set={set} now={now} onCheck={props.onCheck} onEnd={setEnding} />
        ))}
        {(organisation.length === 0 || organisation.some(({ renew }) => renew)) && (
          <OfficePicker {...props} />
        )}
      </Group>
      <Group title={t("recovery.heldTitle")}>
        <p class="field-hint">
          {held.length === 0 ? t("recovery.heldNone") : t("recovery.heldLead")}
        </p>
        {held.length > 0 && (
          <List label={t("recovery.heldTitle")}>
            {held.map((one) => (
              <ListItem
                key={one.owner + one.kind}
                wrap
                start={<Avatar id={one.owner} name={one.name} />}
                title={one.name}
                detail={t("recovery.heldSince", {
                  when: formatDayWithin(one.since, now),
                  k: one.k,
                  n: one.n,
                })}
                end={
                  <Button kind="quiet" onClick={() => setDeclining(one)}>
                    {t("recovery.decline")}
                  </Button>
                }
              />
            ))}
          </List>
        )}
        <a class="button" data-kind="secondary" href={props.helpHref}>
          {t("recovery.helpSomebody")}
        </a>
      </Group>
      {ending && (
        <Ask
          title={t("recovery.endTitle")}
          what={t("recovery.endWhat")}
          action={t("recovery.end")}
          onYes={() => props.onEnd(ending.setId)}
          onClose={() => setEnding(undefined)}
        />
      )}
      {declining && (
        <Ask
          title={t("recovery.declineTitle", { name: declining.name })}
          what={t("recovery.declineWhat", { name: declining.name })}
          action={t("recovery.decline")}
          onYes={() => props.onDecline(declining)}
          onClose={() => setDeclining(undefined)}
        />
      )}
    </Page>
  );
}

/** Who holds a part, who has confirmed, and what is missing. */
function SetView({
  set,
  now,
  onAgain,
  onCheck,
  onEnd,
}: {
  set: TrustedSet;
  now: number;
  onAgain?: () => void;
  onCheck: (setId: string) => void;
  onEnd: (set: TrustedSet) => void;
}) {
  const held = set.holders.filter(({ state }) => state === "held").length;
  return (
    <div class="recovery-list">
      {set.space && (
        <p>
          <strong>
            {tParts("recovery.organisationOf", { space: <bdi>{set.space.title}</bdi> })}
          </strong>
        </p>
      )}
      <p role="status">
        {set.stands ? t("recovery.stands") : t("recovery.standsNot", { count: set.k - held })}{" "}
        {t("recovery.circle", { held, all: set.holders.length, k: set.k })}.
      </p>
      <List label={t("recovery.circleTitle")}>
        {set.holders.map((holder) => (
          <ListItem
            key={holder.identityId}
            wrap
            start={<Avatar id={holder.identityId} name={holder.name} />}
            title={holder.name}
            detail={holderText(holder, now)}
          />
        ))}
      </List>
      {set.renew && <p class="recovery-aside">{t("recovery.renew")}</p>}
      <div class="recovery-buttons">
        {onAgain && (
          <Button kind={set.renew ? "primary" : "secondary"} onClick={onAgain}>
            {t("recovery.chooseAgain")}
          </Button>
        )}
        <Button onClick={() => onCheck(set.setId)}>{t("recovery.check")}</Button>
        <Button kind="quiet" onClick={() => onEnd(set)}>
          {t("recovery.end")}
        </Button>
      </div>
    </div>
  );
}

function holderText({ state, at }: Holder, now: number): string {
  switch (state) {
    case "sent":
      return t("recovery.holderSent");
    case "held":
      return t("recovery.holderHeld", { when: formatDayWithin(at, now) });
    case "declined":
      return t("recovery.holderDeclined");
    case "left":
      return t("recovery.holderLeft");
    case "changed":
      return t("recovery.holderChanged");
  }
}

/** Three of five, two of three: more than half, so that those who are missing are not more than those who help. */
function usual(n: number): number {
  return Math.max(2, Math.floor(n / 2) + 1);
}

function Picker({ candidates, first, busy, onShare }: PeopleProps & { first: readonly Holder[] }) {
  const possible = new Set(candidates.map(({ identityId }) => identityId));
  const [chosen, setChosen] = useState<readonly string[]>(() =>
    first
      .filter(({ state, identityId }) => state !== "declined" && possible.has(identityId))
      .map(({ identityId }) => identityId),
  );
  const [k, setK] = useState<number>();
  const n = chosen.length;
  const needed = Math.min(Math.max(k ?? usual(n), 2), Math.max(2, n));
  if (candidates.length < 2)
    return (
      <EmptyState picture={<Icon of={UsersRound} />} title={t("recovery.nobodyTitle")}>
        {t("recovery.nobody")}
      </EmptyState>
    );
  return (
    <Form
      onSubmit={() => {
        if (n >= 2 && !busy) onShare({ kind: "people", holders: [...chosen], k: needed });
      }}
    >
      <fieldset class="recovery-fieldset">
        <legend class="field-label">{t("recovery.choose")}</legend>
        <p class="field-hint">{t("recovery.chooseHint")}</p>
        <ul class="recovery-pick">
          {candidates.map((one) => {
            const on = chosen.includes(one.identityId);
            return (
              <li key={one.identityId}>
                <label>
                  <input
                    type="checkbox"
                    checked={on}
                    disabled={!on && n >= MOST}
                    onChange={() =>
                      setChosen(
                        on
                          ? chosen.filter((id) => id !== one.identityId)
                          : [...chosen, one.identityId],
                      )
                    }
                  />
                  <Avatar id={one.identityId} name={one.name} />
                  <span class="recovery-person">
                    <bdi>{one.name}</bdi>
                    <span class="field-hint" dir="ltr">
                      {one.address}
                    </span>
                  </span>
                </label>
              </li>
            );
          })}
        </ul>
        <p class="field-hint" role="status">
          {t("recovery.chosen", { count: n })} {n >= MOST && t("recovery.tooMany")}
        </p>
      </fieldset>
      {n >= 2 && (
        <Needed n={n} least={2} value={needed} onChange={setK} label={t("recovery.needed")} />
      )}
      <div>
        <Button kind="primary" type="submit" busy={busy} disabled={n < 2}>
          {t("recovery.ask")}
        </Button>
      </div>
    </Form>
  );
}

function Needed(props: {
  n: number;
  least: number;
  value: number;
  label: string;
  onChange: (k: number) => void;
}) {
  const { n, least, value } = props;
  const options = Array.from({ length: n - least + 1 }, (_, at) => at + least);
  return (
    <SelectField
      label={props.label}
      value={String(value)}
      options={options.map((k) => ({ value: String(k), label: t("recovery.neededOf", { k, n }) }))}
      hint={t("recovery.neededHint", { spare: n - value })}
      onChange={(k) => props.onChange(Number(k))}
    />
  );
}

function OfficePicker({ offices, busy, onShare }: PeopleProps) {
  const [spaceId, setSpaceId] = useState<string>();
  const [k, setK] = useState<number>();
  const office = offices.find((one) => one.spaceId === spaceId) ?? offices[0];
  if (office === undefined) return <p class="field-hint">{t("recovery.organisationNone")}</p>;
  const holders = office.stewards.slice(0, MOST).map(({ identityId }) => identityId);
  const needed = Math.min(k ?? Math.min(2, holders.length), holders.length);
  return (
    <Form
      onSubmit={() => {
        if (!busy) onShare({ kind: "organisation", holders, k: needed, spaceId: office.spaceId });
      }}
    >
      <SelectField
        label={t("recovery.organisationSpace")}
        value={office.spaceId}
        options={offices.map((one) => ({ value: one.spaceId, label: one.title }))}
        onChange={setSpaceId}
      />
      <Needed
        n={holders.length}
        least={1}
        value={needed}
        label={t("recovery.organisationNeeded")}
        onChange={setK}
      />
      <div>
        <Button type="submit" busy={busy}>
          {t("recovery.organisationAsk")}
        </Button>
      </div>
    </Form>
  );
}

function Ask(props: {
  title: string;
  what: string;
  action: string;
  onYes: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="danger"
            onClick={() => {
              props.onClose();
              props.onYes();
            }}
          >
            {props.action}
          </Button>
        </>
      }
    >
      <p>{props.what}</p>
    </Dialog>
  );
}

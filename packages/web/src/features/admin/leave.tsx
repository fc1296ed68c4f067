import { DoorOpen, FolderDown, UserMinus } from "lucide";
import { useState } from "preact/hooks";
import type { Departure, HandOver } from "@baraza/engine";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";

export interface LeaveProps {
  /** When one's membership ends; null: it goes on. */
  leaves: number | null;
  address: string;
  now: number;
  spaces: readonly HandOver[] | undefined;
  /** Where one saves or moves everything. */
  dataHref: string;
  /** Spaces that one has asked to leave just now. */
  leaving: ReadonlySet<string>;
  onHandOver: (spaceId: string, to: string | null) => void;
}

/** For whoever leaves the organisation: what stays with it, what goes along, and by when. */
export function Leave(props: LeaveProps) {
  const { leaves, spaces } = props;
  if (leaves === null) return <p>{t("admin.staying")}</p>;
  return (
    <>
      <div class="admin-card">
        <h2>{t("admin.goTitle", { date: formatDayWithin(leaves, props.now) })}</h2>
        <p>{tParts("admin.goLead", { address: <bdi>{props.address}</bdi> })}</p>
      </div>
      <div class="admin-card">
        <h2>{t("admin.goHand")}</h2>
        <p class="admin-soft">{t("admin.goHandLead")}</p>
        {spaces?.length === 0 && <p>{t("admin.goNone")}</p>}
        <ul class="admin-lines">
          {spaces?.map((space) => (
            <Space key={space.spaceId} space={space} {...props} />
          ))}
        </ul>
      </div>
      <div class="admin-card">
        <h2>{t("admin.goTake")}</h2>
        <p>{t("admin.goTakeLead")}</p>
        <div>
          <a class="button" data-kind="secondary" href={props.dataHref}>
            <Icon of={FolderDown} />
            <span class="button-words">{t("admin.goTakeLink")}</span>
          </a>
        </div>
      </div>
    </>
  );
}

function Space({ space, leaving, onHandOver }: { space: HandOver } & LeaveProps) {
  const { spaceId, title, onlySteward, others } = space;
  const [to, setTo] = useState(others[0]?.identityId ?? "");
  if (leaving.has(spaceId))
    return <li role="status">{tParts("admin.goLeaving", { space: <bdi>{title}</bdi> })}</li>;
  return (
    <li>
      <strong dir="auto">{title}</strong>
      {onlySteward && (
        <SelectField
          label={t("admin.goSuccessor", { space: title })}
          value={to}
          options={others.map(({ identityId, name }) => ({ value: identityId, label: name }))}
          onChange={setTo}
        />
      )}
      <div>
        <Button
          icon={DoorOpen}
          mirrorIcon
          onClick={() => onHandOver(spaceId, onlySteward ? to : null)}
        >
          {t("admin.goLeave", { space: title })}
        </Button>
      </div>
    </li>
  );
}

/** For those who lead conversations of the organisation: who leaves it. */
export function Departures({
  departures,
  now,
  onRemove,
}: {
  departures: readonly Departure[];
  now: number;
  onRemove: (departure: Departure) => void;
}) {
  if (departures.length === 0) return null;
  return (
    <section class="admin-card" aria-labelledby="admin-departures">
      <h2 id="admin-departures">{t("admin.departures")}</h2>
      <p class="admin-soft">{t("admin.departuresLead")}</p>
      <ul class="admin-lines">
        {departures.map((one) => (
          <li key={`${one.spaceId} ${one.identityId}`}>
            <span>
              {one.at > now
                ? tParts("admin.departure", {
                    name: <bdi>{one.name}</bdi>,
                    space: <bdi>{one.title}</bdi>,
                    date: formatDayWithin(one.at, now),
                  })
                : tParts("admin.departed", {
                    name: <bdi>{one.name}</bdi>,
                    space: <bdi>{one.title}</bdi>,
                  })}
            </span>
            <div>
              <Button icon={UserMinus} onClick={() => onRemove(one)}>
                {t("admin.departureRemove", { name: one.name })}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

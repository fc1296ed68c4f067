import "./people.css";
import { oddNames } from "@baraza/engine/safe-text";
import {
  ArrowLeft,
  Bell,
  Ellipsis,
  LogOut,
  Pencil,
  UserMinus,
  UserPlus,
  UserRoundCheck,
  UserRoundX,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { PersonRow, Role } from "../../app/model.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CheckBadge } from "../../ui/check-badge.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { MenuButton, type MenuItem } from "../../ui/menu.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Forget } from "./forget.tsx";
import { Rename } from "./rename.tsx";

export interface PeopleProps {
  spaceTitle: string;
  kind: "pair" | "group";
  people: readonly PersonRow[];
  canInvite: boolean;
  /** False once one has been removed or has left. */
  active: boolean;
  personHref: (identityId: string) => string;
  onBack: () => void;
  onInvite: () => void;
  /** What of the conversation one is told. */
  onTelling?: () => void;
  onRemove: (identityId: string) => void;
  onSetRole: (identityId: string, role: Role) => void;
  /** All roles that there are, and putting somebody out for good. */
  onRole?: (person: PersonRow) => void;
  /** Ways in, and what holds here; absent where there are none. */
  accessHref?: string | undefined;
  onRename: (title: string) => void;
  onLeave: () => void;
  /** Takes a conversation that is over off this device. */
  onForget: () => void;
  /** What stands around the list where there are many: `draw` makes it of those who are to be seen. */
  crowd?: (
    people: readonly PersonRow[],
    draw: (shown: readonly PersonRow[]) => ComponentChildren,
  ) => ComponentChildren;
  /** Below the list: what those who lead decide together. */
  children?: ComponentChildren;
}

/** From how many people on they are looked for rather than looked through. */
const MANY = 30;

/** Who is in a conversation, how well they are known, and what a steward can do. */
export function People(props: PeopleProps) {
  const { people, kind } = props;
  const odd = useMemo(() => oddNames(people.map(({ name }) => name)), [people]);
  const [asking, setAsking] = useState<"leave" | "rename" | { remove: PersonRow }>();
  const mine = people.find(({ you }) => you)?.role;
  const steward = props.active && kind === "group" && mine === "steward";
  const orders = steward || (props.active && kind === "group" && mine === "moderator");
  const rows = (shown: readonly PersonRow[]) => (
    <List label={t("people.title")}>
      {shown.map((person) => (
        <ListItem
          key={person.identityId}
          apart
          start={<Avatar id={person.identityId} name={person.name} />}
          title={
            <>
              <PersonName name={person.name} odd={odd.has(person.name)} />
              {person.you && <span class="people-you"> {t("people.you")}</span>}
            </>
          }
          aside={
            kind === "group" &&
            person.role !== "member" && (
              <Badge tone={person.role === "steward" ? "brand" : "plain"}>
                {t(`people.${person.role}`)}
              </Badge>
            )
          }
          detail={<CheckLine person={person} />}
          {...(person.you ? {} : { href: props.personHref(person.identityId) })}
          end={
            (steward || (orders && !ordersToo(person))) &&
            !person.you && (
              <MenuButton
                icon={Ellipsis}
                label={t("people.more", { name: person.name })}
                tip="below-end"
                items={menuFor(person, steward, props, () => setAsking({ remove: person }))}
              />
            )
          }
        />
      ))}
    </List>
  );
  return (
    <section class="people" aria-labelledby="people-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="people-title" tabIndex={-1}>
            {t("people.title")}
          </h1>
          <p class="pane-sub as-page" dir="auto">
            {props.spaceTitle}
          </p>
        </div>
        {props.active && props.onTelling && (
          <IconButton
            icon={Bell}
            label={t("people.telling")}
            tip="below-end"
            hasPopup="dialog"
            onClick={props.onTelling}
          />
        )}
        {props.active && kind === "group" && (
          <IconButton
            icon={Pencil}
            label={t("people.rename")}
            tip="below-end"
            hasPopup="dialog"
            onClick={() => setAsking("rename")}
          />
        )}
      </header>
      <div class="pane-body people-body">
        {props.canInvite && (
          <Button kind="primary" icon={UserPlus} onClick={props.onInvite}>
            {t("invite.action")}
          </Button>
        )}
        {props.active && props.accessHref !== undefined && (
          <a class="button" data-kind="secondary" href={props.accessHref}>
            <span class="button-words">{t("people.access")}</span>
          </a>
        )}
        <p class="people-count">{t("people.count", { count: people.length })}</p>
        {props.crowd !== undefined && people.length > MANY
          ? props.crowd(people, rows)
          : rows(people)}
        {props.children}
        {props.active ? (
          <Button kind="quiet" icon={LogOut} mirrorIcon onClick={() => setAsking("leave")}>
            {t("people.leave")}
          </Button>
        ) : (
          <Forget kind="quiet" onForget={props.onForget} />
        )}
      </div>
      {asking === "rename" && (
        <Rename
          title={props.spaceTitle}
          onClose={() => setAsking(undefined)}
          onRename={props.onRename}
        />
      )}
      {asking && asking !== "rename" && (
        <Dialog
          title={
            asking === "leave"
              ? t("people.leaveTitle")
              : t("people.removeTitle", { name: asking.remove.name })
          }
          onClose={() => setAsking(undefined)}
          actions={
            <>
              <Button onClick={() => setAsking(undefined)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setAsking(undefined);
                  if (asking === "leave") props.onLeave();
                  else props.onRemove(asking.remove.identityId);
                }}
              >
                {asking === "leave" ? t("people.leave") : t("people.remove")}
              </Button>
            </>
          }
        >
          <p>
            {asking === "leave"
              ? t("people.leaveWhat")
              : tParts("people.removeWhat", { name: <bdi>{asking.remove.name}</bdi> })}
          </p>
        </Dialog>
      )}
    </section>
  );
}

const ordersToo = ({ role }: PersonRow): boolean => role === "steward" || role === "moderator";

function menuFor(
  person: PersonRow,
  steward: boolean,
  { onSetRole, onRole }: Pick<PeopleProps, "onSetRole" | "onRole">,
  onRemove: () => void,
): MenuItem[] {
  const promote = person.role !== "steward";
  const lead: MenuItem = {
    label: promote ? t("people.makeSteward") : t("people.makeMember"),
    icon: promote ? UserRoundCheck : UserRoundX,
    onSelect: () => onSetRole(person.identityId, promote ? "steward" : "member"),
  };
  return [
    ...(steward ? [lead] : []),
    ...(onRole
      ? [{ label: t("people.role"), icon: UserRoundCheck, onSelect: () => onRole(person) }]
      : []),
    { label: t("people.remove"), icon: UserMinus, danger: true, onSelect: onRemove },
  ];
}

function CheckLine({ person }: { person: PersonRow }) {
  if (person.you) return <span dir="ltr">{person.address}</span>;
  return (
    <span class="check">
      <CheckBadge check={person.check} />
      <span class="check-address" dir="ltr">
        {person.address}
      </span>
    </span>
  );
}

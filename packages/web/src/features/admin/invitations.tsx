import { ListPlus, Trash2, UserPlus } from "lucide";
import { useState } from "preact/hooks";
import type { NodeInvitation } from "@baraza/engine";
import { formatDayWithin } from "../../i18n/dates.ts";
import { formatList, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Segmented, Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { InvitationView, ShareButton } from "../../ui/invitation.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { NumberField, numberOf } from "./number-field.tsx";

export type Shown = { link: string; expiresAt: number; uses: number };

export interface InvitationsProps {
  administrator: boolean;
  mayInvite: boolean;
  /** How many more people one may invite; absent while it is not known. */
  left: number | undefined;
  kind: "person" | "space";
  everybody: boolean;
  now: number;
  invitations: readonly NodeInvitation[] | undefined;
  more: boolean;
  busy: boolean;
  linkOf: (code: string) => string;
  listHref: string;
  /** Makes one; null when that did not work. */
  onInvite: (wish: { name: string; days: number; uses: number }) => Promise<Shown | null>;
  onRevoke: (id: string) => void;
  onKind: (kind: "person" | "space") => void;
  onEverybody: (everybody: boolean) => void;
  onMore: () => void;
}

/** Links that let somebody open an account: made one by one or from a list, and what became of them. */
export function Invitations(props: InvitationsProps) {
  const { invitations, kind, left, mayInvite } = props;
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<Shown>();
  return (
    <>
      {mayInvite ? (
        <>
          <div class="admin-row">
            <Button
              kind="primary"
              icon={UserPlus}
              disabled={left === 0}
              onClick={() => setAsking(true)}
            >
              {t("admin.invite")}
            </Button>
            <a class="button" data-kind="secondary" href={props.listHref}>
              {t("admin.inviteList")}
            </a>
          </div>
          {left !== undefined && <p class="admin-soft">{t("admin.left", { count: left })}</p>}
        </>
      ) : (
        <p>{t("admin.inviteRefused")}</p>
      )}
      <Segmented
        label={t("admin.kind")}
        value={kind}
        onChange={props.onKind}
        options={[
          { value: "person", label: t("admin.kindPerson") },
          { value: "space", label: t("admin.kindSpace") },
        ]}
      />
      {kind === "space" && <p class="admin-soft">{t("admin.kindSpaceHint")}</p>}
      {props.administrator && (
        <Switch
          label={t("admin.everybodys")}
          checked={props.everybody}
          onChange={props.onEverybody}
        />
      )}
      {invitations === undefined ? (
        <Skeleton label={t("ui.moment")} rows={4} />
      ) : invitations.length === 0 ? (
        <EmptyState title={t("admin.noInvitations")}>{t("admin.noInvitationsHint")}</EmptyState>
      ) : (
        <List label={t("admin.invitations")}>
          {invitations.map((one) => (
            <Row key={one.id} one={one} {...props} onShow={setShown} />
          ))}
        </List>
      )}
      {props.more && (
        <Button busy={props.busy} onClick={props.onMore}>
          {t("admin.more")}
        </Button>
      )}
      {asking && (
        <Ask
          onClose={() => setAsking(false)}
          onInvite={async (wish) => {
            const made = await props.onInvite(wish);
            setAsking(false);
            if (made) setShown(made);
          }}
        />
      )}
      {shown && (
        <Dialog
          title={t("admin.invite")}
          onClose={() => setShown(undefined)}
          actions={<ShareButton link={shown.link} text={t("admin.shareText")} />}
        >
          <p>{t("admin.inviteLead", { count: shown.uses })}</p>
          <InvitationView invitation={shown} now={props.now} />
        </Dialog>
      )}
    </>
  );
}

function Row({
  one,
  now,
  linkOf,
  onRevoke,
  onShow,
}: {
  one: NodeInvitation;
  onShow: (shown: Shown) => void;
} & Pick<InvitationsProps, "now" | "linkOf" | "onRevoke">) {
  const { invitation, state } = one;
  const open = state === "open";
  return (
    <ListItem
      wrap
      title={titleOf(one)}
      detail={fateOf(one, now)}
      {...(open && invitation !== null
        ? {
            onClick: () =>
              onShow({ link: linkOf(invitation), expiresAt: one.expires, uses: one.usesLeft }),
          }
        : {})}
      end={
        open && (
          <IconButton
            icon={Trash2}
            label={t("admin.revoke")}
            tip="below-end"
            onClick={() => onRevoke(one.id)}
          />
        )
      }
    />
  );
}

function titleOf({ invitee, invitation, by }: NodeInvitation): string {
  if (invitee !== null && invitee.name !== "") return invitee.name;
  if (invitation !== null) return t("admin.nameless");
  return by === null ? t("admin.byConsole") : t("admin.others", { name: by });
}

function fateOf(one: NodeInvitation, now: number): string {
  const { state, usedBy, usesLeft, expires } = one;
  const names = formatList(usedBy);
  const date = formatDayWithin(expires, now);
  if (state === "used")
    return usedBy.length > 0 ? t("admin.state.used", { names }) : t("admin.state.usedUp");
  const words =
    state === "open"
      ? t("admin.state.open", { count: usesLeft, date })
      : state === "expired"
        ? t("admin.state.expired", { date })
        : t("admin.state.revoked");
  const note = one.invitee?.note;
  return [words, usedBy.length > 0 ? t("admin.usedSome", { names }) : "", note ?? ""]
    .filter(Boolean)
    .join(" · ");
}

function Ask({
  onInvite,
  onClose,
}: {
  onInvite: (wish: { name: string; days: number; uses: number }) => Promise<void>;
  onClose: () => void;
}) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("14");
  const [uses, setUses] = useState("1");
  const [busy, setBusy] = useState(false);
  return (
    <Dialog title={t("admin.invite")} onClose={onClose}>
      <Form
        onSubmit={() => {
          const wish = { days: numberOf(days, 1, 30), uses: numberOf(uses, 1, 1000) };
          if (busy || wish.days === undefined || wish.uses === undefined) return;
          setBusy(true);
          void onInvite({ name: name.trim(), days: wish.days, uses: wish.uses });
        }}
      >
        <TextField label={t("admin.inviteFor")} value={name} onInput={setName} maxLength={200} />
        <NumberField
          label={t("admin.inviteDays")}
          value={days}
          onInput={setDays}
          least={1}
          most={30}
        />
        <NumberField
          label={t("admin.inviteUses")}
          value={uses}
          onInput={setUses}
          least={1}
          most={1000}
        />
        <Button kind="primary" type="submit" wide icon={ListPlus} busy={busy}>
          {t("admin.inviteMake")}
        </Button>
      </Form>
    </Dialog>
  );
}

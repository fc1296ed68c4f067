import { CirclePause, CirclePlay, DoorOpen, Undo2 } from "lucide";
import { useState } from "preact/hooks";
import type { AccountLimits, NodeAccount } from "@baraza/engine";
import { formatDay, formatDayWithin } from "../../i18n/dates.ts";
import { formatBytes, formatNumber, t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form } from "../../ui/field.tsx";
import { NumberField, numberOf } from "./number-field.tsx";
import { MEGABYTE, NumberList } from "./rules.tsx";

export interface AccountProps {
  account: NodeAccount;
  /** Days that letters of a paused account are kept. */
  keepDays: number;
  now: number;
  busy: boolean;
  onRole: (role: "member" | "administrator") => void;
  onSuspend: (suspended: boolean) => void;
  onLimits: (limits: AccountLimits) => void;
  onLeave: (at: number | null) => void;
}

const DAY = 24 * 60 * 60_000;

/** One account: what it takes, its role and limits, pausing it, the end of its membership. */
export function OneAccount(props: AccountProps) {
  const { account, now, busy } = props;
  const { name, role, since, lastUse, suspended, leaves, closed } = account;
  const [asking, setAsking] = useState<"suspend" | "leave">();
  const day = (at: number | null) => (at === null ? t("admin.unknown") : formatDay(at, now));
  const rows: [string, string][] = [
    [t("admin.since"), day(since)],
    [t("admin.lastHere"), day(lastUse)],
    [t("admin.devices"), formatNumber(account.devices)],
    [t("admin.waiting"), formatBytes(account.letters)],
    [t("admin.vault"), formatBytes(account.vault)],
  ];
  return (
    <>
      <p class="admin-soft">{t("admin.accountLead")}</p>
      <div class="admin-card">
        <NumberList rows={rows} />
        {closed && <p>{t("admin.isClosed")}</p>}
      </div>
      {!closed && (
        <>
          <div class="admin-card">
            <h2>{t(`admin.role.${role}`)}</h2>
            <p class="admin-soft">{t("admin.roleHint")}</p>
            <div>
              <Button
                busy={busy}
                onClick={() => props.onRole(role === "member" ? "administrator" : "member")}
              >
                {role === "member" ? t("admin.makeAdministrator") : t("admin.makeMember")}
              </Button>
            </div>
          </div>
          <Limits key={JSON.stringify(account.limits)} {...props} />
          <div class="admin-card">
            <h2>{t("admin.suspend")}</h2>
            <p class="admin-soft">{t("admin.suspendHint", { count: props.keepDays })}</p>
            <div>
              {suspended === null ? (
                <Button icon={CirclePause} busy={busy} onClick={() => setAsking("suspend")}>
                  {t("admin.suspend")}
                </Button>
              ) : (
                <Button icon={CirclePlay} busy={busy} onClick={() => props.onSuspend(false)}>
                  {t("admin.lift")}
                </Button>
              )}
            </div>
          </div>
          <div class="admin-card">
            <h2>{t("admin.leave")}</h2>
            <p class="admin-soft">{tParts("admin.leaveHint", { name: <bdi>{name}</bdi> })}</p>
            {leaves === null ? (
              <div>
                <Button icon={DoorOpen} mirrorIcon busy={busy} onClick={() => setAsking("leave")}>
                  {t("admin.leave")}
                </Button>
              </div>
            ) : (
              <div class="admin-row">
                <p>{t("admin.leaveSet", { date: formatDayWithin(leaves, now) })}</p>
                <Button icon={Undo2} mirrorIcon busy={busy} onClick={() => props.onLeave(null)}>
                  {t("admin.stay")}
                </Button>
              </div>
            )}
          </div>
        </>
      )}
      {asking === "suspend" && (
        <Dialog
          title={t("admin.suspendTitle", { name })}
          onClose={() => setAsking(undefined)}
          actions={
            <>
              <Button onClick={() => setAsking(undefined)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setAsking(undefined);
                  props.onSuspend(true);
                }}
              >
                {t("admin.suspend")}
              </Button>
            </>
          }
        >
          <p>{t("admin.suspendHint", { count: props.keepDays })}</p>
        </Dialog>
      )}
      {asking === "leave" && (
        <LeaveDialog
          name={name}
          onClose={() => setAsking(undefined)}
          onLeave={(days) => {
            setAsking(undefined);
            props.onLeave(Date.now() + days * DAY);
          }}
        />
      )}
    </>
  );
}

const FIELDS = [
  { name: "letters", label: "admin.letters", most: 200_000, unit: MEGABYTE },
  { name: "invitations", label: "admin.memberInvitations", most: 100_000, unit: 1 },
  { name: "spaces", label: "admin.spaces", most: 10_000, unit: 1 },
] as const;

function Limits({ account, busy, onLimits }: AccountProps) {
  const shown = ({ name, unit }: (typeof FIELDS)[number]) => {
    const limit = account.limits[name];
    return limit === undefined ? "" : String(Math.round(limit / unit));
  };
  const [typed, setTyped] = useState<Record<string, string>>({});
  const changed = FIELDS.some(
    (field) => typed[field.name] !== undefined && typed[field.name] !== shown(field),
  );
  return (
    <div class="admin-card">
      <h2>{t("admin.limits")}</h2>
      <p class="admin-soft">{t("admin.limitsHint")}</p>
      <Form
        onSubmit={() => {
          const limits: AccountLimits = {};
          for (const field of FIELDS) {
            const text = typed[field.name] ?? shown(field);
            if (text.trim() === "") continue;
            const value = numberOf(text, 0, field.most);
            if (value === undefined) return;
            limits[field.name] = value * field.unit;
          }
          if (changed && !busy) onLimits(limits);
        }}
      >
        {FIELDS.map((field) => (
          <NumberField
            key={field.name}
            label={t(field.label)}
            least={0}
            most={field.most}
            optional
            value={typed[field.name] ?? shown(field)}
            onInput={(value) => setTyped((all) => ({ ...all, [field.name]: value }))}
          />
        ))}
        {changed && (
          <div>
            <Button kind="primary" type="submit" busy={busy}>
              {t("admin.limitsSave")}
            </Button>
          </div>
        )}
      </Form>
    </div>
  );
}

function LeaveDialog(props: {
  name: string;
  onClose: () => void;
  onLeave: (days: number) => void;
}) {
  const [days, setDays] = useState("30");
  const wish = numberOf(days, 1, 700);
  return (
    <Dialog
      title={t("admin.leaveTitle", { name: props.name })}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="danger"
            disabled={wish === undefined}
            onClick={() => wish !== undefined && props.onLeave(wish)}
          >
            {t("admin.leave")}
          </Button>
        </>
      }
    >
      <p>{tParts("admin.leaveHint", { name: <bdi>{props.name}</bdi> })}</p>
      <NumberField
        label={t("admin.leaveDays")}
        value={days}
        onInput={setDays}
        least={1}
        most={700}
      />
    </Dialog>
  );
}

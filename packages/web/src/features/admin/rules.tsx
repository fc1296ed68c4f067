import { useState } from "preact/hooks";
import type { NodeRules } from "@baraza/protocol";
import { formatBytes, formatNumber, t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented, Switch } from "../../ui/choice.tsx";
import { Form } from "../../ui/field.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { NumberField, numberOf } from "./number-field.tsx";

export const MEGABYTE = 1_000_000;

/** The numbers among the rules, with what they may be. Sizes are shown in megabytes. */
const NUMBERS = [
  { name: "invitations", label: "admin.memberInvitations", least: 0, most: 100_000, unit: 1 },
  { name: "letters", label: "admin.letters", least: 1, most: 200_000, unit: MEGABYTE },
  { name: "spaces", label: "admin.spaces", least: 0, most: 10_000, unit: 1 },
  { name: "files", label: "admin.files", least: 0, most: 10_000_000, unit: MEGABYTE },
  { name: "keepDays", label: "admin.keepDays", least: 1, most: 3650, unit: 1 },
] as const;
const HINTS = { letters: "admin.lettersHint", files: "admin.filesHint" } as const;

export interface RulesProps {
  node: string;
  /** Absent while they are being asked for. */
  rules: NodeRules | undefined;
  status:
    | { accounts: number; logs: number; blobBytes: number; databaseBytes: number; version: string }
    | undefined;
  onChange: (change: Partial<NodeRules>) => void;
}

/** Who may come, how much everybody may take, and what the node holds. */
export function Rules({ node, rules, status, onChange }: RulesProps) {
  return (
    <>
      <p class="admin-soft">{tParts("node.lead", { node: <bdi>{node}</bdi> })}</p>
      {rules ? (
        <>
          <div class="admin-card">
            <Segmented
              label={t("admin.registration")}
              value={rules.registration}
              onChange={(registration) => onChange({ registration })}
              options={[
                { value: "invitation", label: t("admin.byInvitation") },
                { value: "open", label: t("admin.open") },
              ]}
            />
            <Switch
              label={t("admin.membersInvite")}
              hint={t("admin.membersInviteHint")}
              checked={rules.membersInvite}
              onChange={(membersInvite) => onChange({ membersInvite })}
            />
          </div>
          <Numbers key={JSON.stringify(rules)} rules={rules} onChange={onChange} />
        </>
      ) : (
        <Skeleton label={t("ui.moment")} rows={4} />
      )}
      {status && <Held status={status} />}
    </>
  );
}

function Numbers({ rules, onChange }: { rules: NodeRules; onChange: RulesProps["onChange"] }) {
  const shown = (name: (typeof NUMBERS)[number]["name"], unit: number) =>
    String(Math.round(rules[name] / unit));
  const [typed, setTyped] = useState<Record<string, string>>({});
  const changed = NUMBERS.filter(
    ({ name, unit }) => typed[name] !== undefined && typed[name] !== shown(name, unit),
  );
  return (
    <div class="admin-card">
      <Form
        onSubmit={() => {
          const change: Partial<NodeRules> = {};
          for (const { name, least, most, unit } of changed) {
            const value = numberOf(typed[name] ?? "", least, most);
            if (value === undefined) return;
            change[name] = value * unit;
          }
          if (changed.length > 0) onChange(change);
        }}
      >
        {NUMBERS.map(({ name, label, least, most, unit }) => (
          <NumberField
            key={name}
            label={t(label)}
            {...(name in HINTS ? { hint: t(HINTS[name as keyof typeof HINTS]) } : {})}
            least={least}
            most={most}
            value={typed[name] ?? shown(name, unit)}
            onInput={(value) => setTyped((all) => ({ ...all, [name]: value }))}
          />
        ))}
        {changed.length > 0 && (
          <div class="admin-row">
            <Button kind="primary" type="submit">
              {t("ui.save")}
            </Button>
            <Button onClick={() => setTyped({})}>{t("ui.cancel")}</Button>
          </div>
        )}
      </Form>
    </div>
  );
}

function Held({ status }: { status: NonNullable<RulesProps["status"]> }) {
  const rows: [string, string][] = [
    [t("admin.accounts"), formatNumber(status.accounts)],
    [t("admin.conversations"), formatNumber(status.logs)],
    [t("admin.filesHeld"), formatBytes(status.blobBytes)],
    [t("admin.database"), formatBytes(status.databaseBytes)],
    [t("admin.version"), status.version],
  ];
  return (
    <section class="admin-card" aria-labelledby="admin-held">
      <h2 id="admin-held">{t("admin.numbers")}</h2>
      <NumberList rows={rows} />
    </section>
  );
}

/** Names with their values. */
export function NumberList({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl class="admin-numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

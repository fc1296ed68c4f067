import type { NodeAccount } from "@baraza/engine";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";

export type Show = "all" | "administrators" | "suspended" | "leaving";
const SHOWS: readonly Show[] = ["all", "administrators", "suspended", "leaving"];

export interface AccountsProps {
  accounts: readonly NodeAccount[] | undefined;
  total: number;
  more: boolean;
  busy: boolean;
  search: string;
  show: Show;
  now: number;
  hrefOf: (name: string) => string;
  onSearch: (search: string) => void;
  onShow: (show: Show) => void;
  onMore: () => void;
}

/** The accounts of the node, as an administrator sees them: that they are there, and how much they take. */
export function Accounts(props: AccountsProps) {
  const { accounts, now } = props;
  return (
    <>
      <p class="admin-soft">{t("admin.accountLead")}</p>
      <TextField
        label={t("admin.search")}
        value={props.search}
        onInput={props.onSearch}
        inputMode="search"
        autoCapitalize="none"
        spellcheck={false}
        maxLength={64}
      />
      <SelectField
        label={t("admin.show")}
        value={props.show}
        options={SHOWS.map((value) => ({ value, label: t(`admin.show.${value}`) }))}
        onChange={props.onShow}
      />
      <p role="status" class="admin-soft">
        {accounts && t("admin.found", { count: props.total })}
      </p>
      {accounts === undefined && <Skeleton label={t("ui.moment")} rows={5} />}
      {accounts && accounts.length > 0 && (
        <List label={t("admin.accounts")}>
          {accounts.map((one) => (
            <ListItem
              key={one.name}
              href={props.hrefOf(one.name)}
              start={<Avatar id={one.name} name={one.name} />}
              title={one.name}
              detail={detailOf(one, now)}
              mark={
                one.role === "administrator" && (
                  <Badge tone="brand">{t("admin.role.administrator")}</Badge>
                )
              }
            />
          ))}
        </List>
      )}
      {props.more && (
        <Button busy={props.busy} onClick={props.onMore}>
          {t("admin.more")}
        </Button>
      )}
    </>
  );
}

function detailOf({ suspended, leaves, closed, lastUse }: NodeAccount, now: number): string {
  if (closed) return t("admin.isClosed");
  const words = [
    suspended === null ? "" : t("admin.isSuspended"),
    leaves === null ? "" : t("admin.isLeaving", { date: formatDayWithin(leaves, now) }),
    lastUse === null ? "" : t("admin.lastUse", { date: formatDayWithin(lastUse, now) }),
  ];
  return words.filter(Boolean).join(" · ");
}

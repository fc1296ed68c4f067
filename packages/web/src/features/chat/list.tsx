import "./list.css";
import { AtSign, MessageCirclePlus } from "lucide";
import type { ConversationRow } from "../../app/model.ts";
import { formatNumber, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { Logo } from "../../ui/logo.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";

export interface ConversationListProps {
  /** Absent while they are being read from this device. */
  rows: readonly ConversationRow[] | undefined;
  currentId?: string | undefined;
  now: number;
  hrefOf: (spaceId: string) => string;
  onNew: () => void;
}

/** Everything that is new, newest first. */
export function ConversationList({ rows, currentId, now, hrefOf, onNew }: ConversationListProps) {
  return (
    <section class="conversations" aria-labelledby="conversations-title">
      <header class="pane-head">
        <h1 class="pane-title" id="conversations-title" tabIndex={-1}>
          {t("list.title")}
        </h1>
        <Button kind="quiet" icon={MessageCirclePlus} onClick={onNew} label={t("newSpace.title")}>
          {t("list.new")}
        </Button>
      </header>
      <div class="pane-body">
        {rows === undefined ? (
          <Skeleton label={t("list.loading")} />
        ) : rows.length === 0 ? (
          <EmptyState
            picture={<Logo size="l" />}
            title={t("list.emptyTitle")}
            action={
              <Button kind="primary" icon={MessageCirclePlus} onClick={onNew}>
                {t("newSpace.title")}
              </Button>
            }
          >
            {t("list.empty")}
          </EmptyState>
        ) : (
          <List label={t("list.title")}>
            {rows.map((row) => (
              <Row
                key={row.spaceId}
                row={row}
                now={now}
                href={hrefOf(row.spaceId)}
                current={row.spaceId === currentId}
              />
            ))}
          </List>
        )}
      </div>
    </section>
  );
}

function Row({
  row,
  now,
  href,
  current,
}: {
  row: ConversationRow;
  now: number;
  href: string;
  current: boolean;
}) {
  const detail = row.trouble
    ? t("list.trouble")
    : row.lastText
      ? row.lastAuthor
        ? t("list.last", { name: row.lastAuthor, text: row.lastText })
        : row.lastText
      : t("list.nothing");
  return (
    <ListItem
      href={href}
      current={current}
      strong={row.unread > 0}
      start={<Avatar id={row.spaceId} name={row.title} square={row.kind === "group"} />}
      title={row.title}
      detail={detail}
      aside={<TimeLabel at={row.lastAt} now={now} style="recent" />}
      mark={
        <>
          {row.mentioned && (
            <span class="mentioned" title={t("list.mentioned")}>
              <Icon of={AtSign} />
              <span class="visually-hidden">{t("list.mentioned")}</span>
            </span>
          )}
          {row.unread > 0 && (
            <Badge label={t("list.unread", { count: row.unread })}>
              {formatNumber(Math.min(row.unread, 999))}
            </Badge>
          )}
        </>
      }
    />
  );
}

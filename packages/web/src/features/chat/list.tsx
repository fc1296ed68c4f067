import "./list.css";
import { AtSign, MessageCirclePlus, X } from "lucide";
import type { ConversationRow, PendingJoin, PendingReturn } from "../../app/model.ts";
import { formatNumber, t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { Logo } from "../../ui/logo.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";

export interface ConversationListProps {
  /** Absent while they are being read from this device. */
  rows: readonly ConversationRow[] | undefined;
  /** Invitations that one has accepted and is not in yet. */
  joins: readonly PendingJoin[];
  /** Conversations that this device is not in yet, though its owner is. */
  returns: readonly PendingReturn[];
  currentId?: string | undefined;
  now: number;
  hrefOf: (spaceId: string) => string;
  onNew: () => void;
  /** Takes a request back, or away once it was refused. */
  onCancelJoin: (joinId: string) => void;
}

/** Everything that is new, newest first. */
export function ConversationList(props: ConversationListProps) {
  const { rows, joins, returns, currentId, now, hrefOf, onNew } = props;
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
        {joins.length > 0 && (
          <List label={t("list.joins")}>
            {joins.map((join) => (
              <JoinRow key={join.joinId} join={join} onCancel={props.onCancelJoin} />
            ))}
          </List>
        )}
        {returns.length > 0 && (
          <List label={t("list.returns")}>
            {returns.map((one) => (
              <ReturnRow key={one.spaceId} one={one} />
            ))}
          </List>
        )}
        {rows === undefined ? (
          <Skeleton label={t("list.loading")} />
        ) : rows.length > 0 ? (
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
        ) : joins.length + returns.length > 0 ? null : (
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
        )}
      </div>
    </section>
  );
}

/** A conversation that one is not in yet: what it waits for, and the way out of it. */
function JoinRow({ join, onCancel }: { join: PendingJoin; onCancel: (joinId: string) => void }) {
  const { joinId, inviterName, title, state } = join;
  const name = title || inviterName;
  const cancel = state === "refused" ? t("list.clearJoin") : t("list.cancelJoin");
  return (
    <ListItem
      wrap
      start={<Avatar id={joinId} name={name} square={title !== ""} />}
      title={name}
      detail={
        state === "refused"
          ? tParts("list.refused", { name: <bdi>{inviterName}</bdi> })
          : tParts("list.asking", { name: <bdi>{inviterName}</bdi> })
      }
      end={<IconButton icon={X} label={cancel} tip="below-end" onClick={() => onCancel(joinId)} />}
    />
  );
}

const RETURN_WORDS = {
  asking: "list.returnAsking",
  stale: "list.returnStale",
  gone: "list.returnGone",
  removed: "list.returnRemoved",
  damaged: "list.returnDamaged",
} as const;

/** A conversation that this device is coming back into, and what it waits for. */
function ReturnRow({ one }: { one: PendingReturn }) {
  return (
    <ListItem
      wrap
      start={<Avatar id={one.spaceId} name={one.title} square />}
      title={one.title}
      detail={t(RETURN_WORDS[one.state])}
    />
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
  const detail =
    // What is only worth a quiet line inside is no news outside.
    row.trouble && row.trouble.kind !== "unconfirmed"
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

import type { NodeReportRow } from "@baraza/engine";
import { tame, tameName } from "@baraza/engine/safe-text";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";

export interface ReportsProps {
  reports: readonly NodeReportRow[] | undefined;
  blocked: readonly { node: string }[] | undefined;
  /** This node: its own people are paused, and not shut out. */
  node: string;
  now: number;
  accountHref: (name: string) => string;
  onBlock: (node: string, blocked: boolean) => void;
  onClose: (reportId: string) => void;
}

/** What members reported about people who wrote to them, and the nodes of which no first messages are taken. */
export function Reports(props: ReportsProps) {
  const { reports, blocked } = props;
  return (
    <>
      <p class="admin-soft">{t("admin.reportsLead")}</p>
      {reports === undefined || blocked === undefined ? (
        <Skeleton label={t("ui.moment")} rows={4} />
      ) : reports.length === 0 ? (
        <EmptyState title={t("admin.reportsNone")} />
      ) : (
        <ol class="admin-reports">
          {reports.map((one) => (
            <li key={one.reportId} class="admin-card">
              <Report {...props} one={one} />
            </li>
          ))}
        </ol>
      )}
      {blocked !== undefined && blocked.length > 0 && (
        <>
          <h2>{t("admin.blockedNodes")}</h2>
          <p class="admin-soft">{t("admin.blockedNodesHint")}</p>
          <List label={t("admin.blockedNodes")}>
            {blocked.map((one) => (
              <ListItem
                key={one.node}
                title={<bdi dir="ltr">{one.node}</bdi>}
                end={
                  <Button onClick={() => props.onBlock(one.node, false)}>
                    {t("admin.unblockNode")}
                  </Button>
                }
              />
            ))}
          </List>
        </>
      )}
    </>
  );
}

/** One report: who, about whom, what for, and what there is to do about it. */
function Report(props: ReportsProps & { one: NodeReportRow }) {
  const { one, node, blocked } = props;
  const { content } = one;
  const by = <bdi>{one.by}</bdi>;
  return (
    <>
      <p>
        {content === null
          ? tParts("admin.reportSealed", { by })
          : tParts("admin.reportOf", {
              by,
              address: <bdi dir="ltr">{tameName(content.address)}</bdi>,
            })}{" "}
        <span class="admin-soft">
          <TimeLabel at={one.at} now={props.now} style="recent" />
        </span>
      </p>
      {content !== null && content.note !== "" && (
        <p class="admin-words" dir="auto">
          {tame(content.note)}
        </p>
      )}
      {content !== null && content.words !== null && (
        <blockquote class="admin-words" dir="auto">
          {tame(content.words)}
        </blockquote>
      )}
      <div class="admin-row">
        {content !== null && content.from === node && (
          <a
            class="button"
            data-kind="secondary"
            href={props.accountHref(content.address.split("@")[0] ?? "")}
          >
            {t("admin.reportAccount")}
          </a>
        )}
        {content !== null &&
          content.from !== node &&
          !blocked?.some((other) => other.node === content.from) && (
            <Button onClick={() => props.onBlock(content.from, true)}>
              {t("admin.blockNode", { node: content.from })}
            </Button>
          )}
        <Button onClick={() => props.onClose(one.reportId)}>{t("admin.reportDone")}</Button>
      </div>
    </>
  );
}

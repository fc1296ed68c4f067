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
  const { reports, blocked, node } = props;
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
              <p>
                {tParts("admin.reportOf", {
                  by: <bdi>{one.by}</bdi>,
                  address: <bdi dir="ltr">{tameName(one.address)}</bdi>,
                })}{" "}
                <span class="admin-soft">
                  <TimeLabel at={one.at} now={props.now} style="recent" />
                </span>
              </p>
              {one.note !== "" && (
                <p class="admin-words" dir="auto">
                  {tame(one.note)}
                </p>
              )}
              {one.words !== null && (
                <blockquote class="admin-words" dir="auto">
                  {tame(one.words)}
                </blockquote>
              )}
              <div class="admin-row">
                {one.from === node ? (
                  <a
                    class="button"
                    data-kind="secondary"
                    href={props.accountHref(one.address.split("@")[0] ?? "")}
                  >
                    {t("admin.reportAccount")}
                  </a>
                ) : (
                  !blocked.some((other) => other.node === one.from) && (
                    <Button onClick={() => props.onBlock(one.from, true)}>
                      {t("admin.blockNode", { node: one.from })}
                    </Button>
                  )
                )}
                <Button onClick={() => props.onClose(one.reportId)}>{t("admin.reportDone")}</Button>
              </div>
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

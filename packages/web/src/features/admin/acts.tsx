import { TriangleAlert } from "lucide";
import type { ComponentChild } from "preact";
import type { JournalLine } from "@baraza/engine";
import { formatDayWithin, formatMoment } from "../../i18n/dates.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Skeleton } from "../../ui/progress.tsx";

/** What those who look after the node did, for everybody who is a member of it. */
export function Acts({
  acts,
  now,
}: {
  acts: { lines: readonly JournalLine[]; rewritten: number | null } | undefined;
  now: number;
}) {
  return (
    <>
      <p class="admin-soft">{t("admin.actsLead")}</p>
      {acts?.rewritten !== null && acts?.rewritten !== undefined && (
        <Banner tone="danger" icon={TriangleAlert}>
          {t("admin.rewritten", { date: formatDayWithin(acts.rewritten, now) })}
        </Banner>
      )}
      {acts === undefined ? (
        <Skeleton label={t("ui.moment")} rows={5} />
      ) : acts.lines.length === 0 ? (
        <p>{t("admin.noActs")}</p>
      ) : (
        <ol class="admin-lines" reversed>
          {acts.lines.map((line) => (
            <li key={line.number}>
              <span>{sentence(line, now)}</span>
              <time class="admin-soft" dateTime={new Date(line.at).toISOString()}>
                {formatMoment(line.at)}
              </time>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function sentence({ act, by, subject, detail }: JournalLine, now: number): ComponentChild {
  const who = by === null ? t("admin.console") : <bdi>{by}</bdi>;
  const whom = <bdi>{subject ?? ""}</bdi>;
  switch (act) {
    case "claim":
    case "closed":
      return tParts(`admin.act.${act}`, { subject: whom });
    case "invite":
    case "revoke":
      return tParts(`admin.act.${act}`, { by: who, count: Number(detail["count"] ?? 1) });
    case "role":
      return tParts(
        detail["role"] === "administrator" ? "admin.act.administrator" : "admin.act.member",
        { by: who, subject: whom },
      );
    case "suspend":
    case "lift":
    case "limits":
    case "stay":
      return tParts(`admin.act.${act}`, { by: who, subject: whom });
    case "leave":
      return tParts("admin.act.leave", {
        by: who,
        subject: whom,
        date: formatDayWithin(Number(detail["at"] ?? 0), now),
      });
    case "block":
    case "unblock":
      return tParts(`admin.act.${act}`, {
        by: who,
        node: <bdi dir="ltr">{String(detail["node"] ?? "")}</bdi>,
      });
    case "settings":
      return tParts("admin.act.settings", { by: who });
    default:
      return tParts("admin.act.other", { by: who });
  }
}

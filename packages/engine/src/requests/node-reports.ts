/** What people of the node reported: for its administrators. */
import { fromHex, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { NodeReportRow } from "./api.ts";

/** The oldest first. */
export async function reports(core: Core): Promise<{ reports: NodeReportRow[]; more: boolean }> {
  const answer = await core.own.call("reports.list", {});
  return {
    reports: answer.reports.map(({ reportId, at, by, report }) => ({
      reportId: toHex(reportId),
      at,
      by,
      address: report.address,
      from: report.from,
      words: report.words ?? null,
      note: report.note,
    })),
    more: answer.more,
  };
}

export async function closeReport(core: Core, reportId: string): Promise<void> {
  await core.own.call("reports.close", { reportId: fromHex(reportId) });
}

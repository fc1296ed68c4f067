/** What screens show of a person, and of what should be known. */
import type { Check } from "../api.ts";
import type { Core } from "../core.ts";
import type { TrustNotice } from "./api.ts";

export const PERSON_TABLES = [
  "people",
  "person_keys",
  "person_history",
  "members",
  "spaces",
] as const;
export const NOTICE_TABLES = ["trust_notices"] as const;

/** The one state of a person, for every place that shows it. `row.state` is null for somebody of whom nothing is known. */
export function checkOf(row: { state: string | null; changed: string | null }): Check {
  if (row.state === "you") return "you";
  if (row.changed !== null) return "changed";
  return (row.state ?? "unchecked") as Check;
}

/** What the person has not dismissed, newest first. */
export async function listNotices(core: Core): Promise<TrustNotice[]> {
  const rows = await core.store.all<{
    notice_id: string;
    kind: TrustNotice["kind"];
    subject: string;
    name: string;
    at: number;
  }>("SELECT * FROM trust_notices WHERE dismissed = 0 ORDER BY at DESC, notice_id LIMIT 50");
  return rows.map(({ notice_id, kind, subject, name, at }) => ({
    noticeId: notice_id,
    kind,
    subject,
    name,
    at,
  }));
}

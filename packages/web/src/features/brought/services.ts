import type { Service } from "@baraza/engine";
import { currentTag } from "../../i18n/index.ts";

/** What the services are called, in every language. */
export const SERVICE_NAMES: Readonly<Record<Service, string>> = {
  whatsapp: "WhatsApp",
  slack: "Slack",
  telegram: "Telegram",
  signal: "Signal",
};

/** "3 Mar 2025" */
export function formatDate(at: number): string {
  return new Intl.DateTimeFormat(currentTag(), { dateStyle: "medium" }).format(at);
}

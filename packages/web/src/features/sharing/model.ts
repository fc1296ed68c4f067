/** How links and drop boxes stand, in words; and what one may choose for them. */
import type { DropBox, SharedLink } from "@baraza/engine";
import { formatDayWithin, formatUntil } from "../../i18n/dates.ts";
import { formatBytes, formatNumber, t } from "../../i18n/index.ts";

export const DAY_MS = 86_400_000;
const MB = 1_000_000;

/** Days that a link may work; a week is enough for most, and little is forgotten for long. */
export const LINK_DAYS = [1, 7, 30, 90, 365] as const;
export const LINK_DAYS_FIRST = 7;
/** How often it may be downloaded; 0: as often as anybody likes. */
export const LINK_TAKES = [0, 1, 5, 20, 100] as const;
/** What nodes let a passphrase be short of. */
export const PASSPHRASE_LEAST = 8;
export const BOX_DAYS = [1, 7, 30, 90] as const;
export const BOX_DAYS_FIRST = 30;
export const BOX_FILES = [1, 10, 50, 200, 1000] as const;
export const BOX_FILES_FIRST = 50;
export const BOX_BYTES = [20 * MB, 100 * MB, 250 * MB, 1000 * MB] as const;
export const BOX_BYTES_FIRST = 250 * MB;
/** What a node keeps after a drop box was closed. */
const BOX_REST_MS = 30 * DAY_MS;

/** People can open it now. */
export const works = ({ state }: SharedLink): boolean => state === "open" || state === "making";

/** A link's state in a line. */
export function linkLine(link: SharedLink, now: number): string {
  switch (link.state) {
    case "open":
      return t("links.ends", { when: formatUntil(link.expires, now) });
    case "making":
      return t("links.making");
    case "expired":
      return t("links.over", { date: formatDayWithin(link.expires, now) });
    case "used_up":
      return t("links.usedUp");
    case "locked":
      return t("links.locked");
    default:
      return t("links.gone");
  }
}

/** How often it was downloaded. */
export function takenLine({ taken, takes }: SharedLink): string {
  return takes === null
    ? t("links.downloads", { taken: formatNumber(taken) })
    : t("links.downloadsOf", { taken: formatNumber(taken), most: formatNumber(takes) });
}

/** A drop box's state in a line. */
export function boxLine(box: DropBox, now: number): string {
  switch (box.state) {
    case "open":
      return t("links.ends", { when: formatUntil(box.expires, now) });
    case "making":
      return t("links.making");
    default:
      return t("links.boxClosed", { date: formatDayWithin(box.expires + BOX_REST_MS, now) });
  }
}

/** What is in it, and what may be. */
export function boxRoomLine({ usedBytes, bytes }: DropBox): string {
  return t("links.boxRoom", { used: formatBytes(usedBytes), size: formatBytes(bytes) });
}

/** A time after which somebody cannot be expected to have read the words on the screen as new. */
export function staleLine(checked: number, now: number, format: (at: number) => string): string {
  return checked === 0 || checked > now
    ? t("links.staleNever")
    : t("links.stale", { when: format(checked) });
}

/** What channels are called on screens. */
import { t } from "../../i18n/index.ts";

/** The first one may have no name of its own. */
export function channelName({ name }: { name: string }): string {
  return name === "" ? t("channels.first") : name;
}

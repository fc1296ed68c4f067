import type { Notice } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";

const KINDS = [
  "channelMade",
  "channelNamed",
  "channelArchived",
  "channelBack",
  "aboutChanged",
  "pictureChanged",
] as const;

/** A line that says who changed something about the conversation itself. */
export function ChangeLine({ notice: { kind, name, by, title } }: { notice: Notice }) {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) return null;
  const who = by ?? name;
  return (
    <>
      {known === "aboutChanged" || known === "pictureChanged"
        ? t(`channels.${known}`, { name: who })
        : t(`channels.${known}`, { name: who, channel: title ?? "" })}
    </>
  );
}

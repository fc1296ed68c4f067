import { splitText } from "../../features/chat/split.ts";
import { TooLong as TooLongDialog } from "../../features/chat/too-long.tsx";
import { formatMoment } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { MESSAGE_LENGTH } from "../../ui/composer.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { uploaderOf } from "./files-upload.ts";

/** More messages than these at once would be a flood. */
const MOST_PARTS = 10;

/** A pasted text that does not fit into a message: sends it in parts, or as a file of the conversation. */
export function TooLong({
  engine,
  spaceId,
  channel,
  text,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  channel?: string;
  text: string;
  onClose: () => void;
}) {
  const into = channel === undefined ? {} : { channel };
  const parts = splitText(text, MESSAGE_LENGTH);
  const split = async (): Promise<void> => {
    onClose();
    for (const part of parts) {
      // One after the other, so that they stand in their order.
      const result = await engine.send(spaceId, { text: part, mentioned: [], ...into });
      if (!result.ok) return void toast({ text: failureText(result.failure), urgent: true });
    }
  };
  const file = async (): Promise<void> => {
    onClose();
    const name = `${t("deep.tooLongName", { date: formatMoment(Date.now()) }).replace(/[\\/:*?"<>|]/g, "-")}.txt`;
    const made = new File([text], name, { type: "text/plain" });
    const result = await uploaderOf(engine)
      .addNow({ spaceId, parentId: null }, made, true)
      .catch(() => undefined);
    if (result?.ok !== true) return void toast({ text: t("deep.tooLongFailed"), urgent: true });
    const said = await engine.send(spaceId, {
      text: t("deep.tooLongSaid", { name }),
      mentioned: [],
      ...into,
    });
    if (!said.ok) toast({ text: failureText(said.failure), urgent: true });
  };
  return (
    <TooLongDialog
      length={text.length}
      most={MESSAGE_LENGTH}
      parts={parts.length > MOST_PARTS ? 0 : parts.length}
      onSplit={() => void split()}
      onFile={() => void file()}
      onClose={onClose}
    />
  );
}

import type { ArchiveJob } from "@baraza/engine";
import { Download, PackageOpen } from "lucide";
import { useState } from "preact/hooks";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Progress } from "../../ui/progress.tsx";
import { Group } from "../settings/group.tsx";
import type { Trouble } from "./explain.ts";
import { explain } from "./explain.ts";

export interface TakeProps {
  job: ArchiveJob | null;
  /** The passphrase is being made into what seals the file, which takes some seconds. */
  busy: boolean;
  trouble: Trouble | undefined;
  onSealed: (passphrase: string) => void;
  /** `content`: with the files themselves. */
  onOpen: (content: boolean) => void;
  onGoOn: () => void;
  onSave: () => void;
  onDrop: () => void;
}

const SHORTEST = 12;

/** Taking everything along, as a sealed file or an open one. */
export function Take(props: TakeProps) {
  const { job, busy, trouble } = props;
  return (
    <Group title={t("moving.takeTitle")}>
      {job === null ? <Choose {...props} /> : <Made {...props} job={job} />}
      {trouble && (
        <p class="field-error" role="alert">
          {explain(trouble)}
        </p>
      )}
      {busy && (
        <p class="field-hint" role="status">
          {t("moving.stretching")}
        </p>
      )}
    </Group>
  );
}

function Choose({ busy, onSealed, onOpen }: TakeProps) {
  const [passphrase, setPassphrase] = useState("");
  const [tried, setTried] = useState(false);
  const [content, setContent] = useState(true);
  const short = Array.from(passphrase.trim()).length < SHORTEST;
  return (
    <div class="moving-part">
      <p>{t("moving.sealedWhat")}</p>
      <Form
        label={t("moving.sealedMake")}
        onSubmit={() => {
          setTried(true);
          if (!busy && !short) onSealed(passphrase);
        }}
      >
        <TextField
          label={t("moving.sealedPassphrase")}
          hint={t("moving.sealedHint")}
          type="password"
          autoComplete="new-password"
          maxLength={256}
          value={passphrase}
          onInput={setPassphrase}
          error={tried && short ? t("moving.sealedShort") : undefined}
        />
        <Button kind="primary" type="submit" icon={Download} busy={busy}>
          {t("moving.sealedMake")}
        </Button>
      </Form>
      <p>{t("moving.openWhat")}</p>
      <Switch
        label={t("moving.openFiles")}
        hint={t("moving.openFilesHint")}
        checked={content}
        onChange={setContent}
      />
      <Button icon={PackageOpen} onClick={() => onOpen(content)} disabled={busy}>
        {t("moving.openMake")}
      </Button>
    </div>
  );
}

function Made({ job, onGoOn, onSave, onDrop }: TakeProps & { job: ArchiveJob }) {
  return (
    <div class="moving-part">
      {job.state === "running" && (
        <>
          <p role="status">{t("moving.making")}</p>
          <Progress label={t("moving.making")} done={job.done} total={job.total} />
          <Button onClick={onDrop}>{t("moving.stop")}</Button>
        </>
      )}
      {job.state === "failed" && (
        <>
          <p class="field-error" role="alert">
            {t(`moving.failed.${job.reason ?? "failed"}`)}
          </p>
          <div class="moving-buttons">
            <Button onClick={onDrop}>{t("moving.stop")}</Button>
            <Button kind="primary" onClick={onGoOn}>
              {t("moving.goOn")}
            </Button>
          </div>
        </>
      )}
      {job.state === "ready" && (
        <>
          <p role="status">{t("moving.ready", { size: formatBytes(job.bytes) })}</p>
          <div class="moving-buttons">
            <Button kind="primary" icon={Download} onClick={onSave}>
              {t("moving.save")}
            </Button>
            <Button onClick={onDrop}>{t("moving.drop")}</Button>
          </div>
          <p class="field-hint">
            {t(job.kind === "sealed" ? "moving.readySealed" : "moving.readyOpen")}
          </p>
        </>
      )}
    </div>
  );
}

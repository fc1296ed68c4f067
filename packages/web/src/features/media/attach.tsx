import "./media.css";
import { MapPin, Plus, X } from "lucide";
import { useEffect, useMemo, useState } from "preact/hooks";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { iconOf, safeName } from "../files/model.ts";
import { placeIn } from "./place.ts";

/** A file that is about to be sent. */
export interface Picked {
  id: number;
  file: File;
  /** How it will be seen; undefined while it is made ready, null where there is no picture of it. */
  type: string | undefined;
  thumbnail: Blob | null | undefined;
  /** It cannot be read. */
  broken: boolean;
}

/** The pictures and files of a message before it is sent, with its words. */
export function AttachSheet(props: {
  picked: readonly Picked[];
  /** More were chosen than one message holds. */
  left: number;
  most: number;
  text: string;
  busy: boolean;
  keepDetails: boolean;
  /** Each of them can be opened once; null: not what is chosen here. */
  once: boolean | null;
  onOnce: (on: boolean) => void;
  onText: (text: string) => void;
  onKeepDetails: (on: boolean) => void;
  onRemove: (id: number) => void;
  onMore: () => void;
  onSend: () => void;
  onClose: () => void;
}) {
  const { picked } = props;
  const bytes = picked.reduce((sum, { file }) => sum + file.size, 0);
  const ready = picked.some(({ broken }) => !broken);
  return (
    <Dialog
      title={t("media.attachTitle", { count: picked.length })}
      onClose={props.onClose}
      actions={
        <>
          <Button icon={Plus} onClick={props.onMore} disabled={picked.length >= props.most}>
            {t("media.addMore")}
          </Button>
          <Button kind="primary" busy={props.busy} disabled={!ready} onClick={props.onSend}>
            {t("media.sendSize", { size: formatBytes(bytes) })}
          </Button>
        </>
      }
    >
      {props.left > 0 && (
        <p role="alert">{t("media.tooMany", { most: props.most, left: props.left })}</p>
      )}
      <ul class="attach-list" aria-label={t("media.attached")}>
        {picked.map((one) => (
          <PickedItem key={one.id} picked={one} onRemove={() => props.onRemove(one.id)} />
        ))}
      </ul>
      <textarea
        class="attach-caption"
        aria-label={t("media.caption")}
        placeholder={t("media.caption")}
        rows={2}
        maxLength={8000}
        dir="auto"
        value={props.text}
        onInput={(event) => props.onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && ready) props.onSend();
        }}
      />
      {props.once !== null && (
        <Switch
          label={t("media.once.send")}
          hint={t("media.once.sendHint")}
          checked={props.once}
          onChange={props.onOnce}
        />
      )}
      <Switch
        label={t("media.keepDetails")}
        hint={t("media.keepDetailsHint")}
        checked={props.keepDetails}
        onChange={props.onKeepDetails}
      />
    </Dialog>
  );
}

function PickedItem({ picked, onRemove }: { picked: Picked; onRemove: () => void }) {
  const url = useMemo(
    () => (picked.thumbnail ? URL.createObjectURL(picked.thumbnail) : null),
    [picked.thumbnail],
  );
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url]);
  const name = safeName(picked.file.name);
  return (
    <li class="attach-item">
      {url !== null ? (
        <img src={url} alt={name} />
      ) : (
        <>
          {picked.type === undefined && !picked.broken ? (
            <Spinner />
          ) : (
            <Icon of={iconOf({ kind: "file", type: picked.type ?? "" })} />
          )}
          <span class="attach-name">
            <bdi>{name}</bdi>
          </span>
          {picked.broken && (
            <span class="attach-name" role="alert">
              {t("media.unreadable")}
            </span>
          )}
        </>
      )}
      <IconButton icon={X} tip="below-end" label={t("media.remove", { name })} onClick={onRemove} />
    </li>
  );
}

/** Asks for a place: what a map gives to copy, or two numbers. Nothing is looked up, so nobody learns of it. */
export function PlaceSheet({
  busy,
  onSend,
  onClose,
}: {
  busy: boolean;
  onSend: (place: { latitude: number; longitude: number; name: string }) => void;
  onClose: () => void;
}) {
  const [where, setWhere] = useState("");
  const [name, setName] = useState("");
  const place = placeIn(where);
  return (
    <Dialog
      title={t("media.placeTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="primary"
            icon={MapPin}
            busy={busy}
            disabled={place === null}
            onClick={() => place && onSend({ ...place, name: name.trim() })}
          >
            {t("ui.send")}
          </Button>
        </>
      }
    >
      <TextField
        label={t("media.where")}
        hint={t("media.whereHint")}
        value={where}
        onInput={setWhere}
        {...(where.trim() !== "" && place === null ? { error: t("media.whereWrong") } : {})}
      />
      <TextField label={t("media.placeName")} value={name} onInput={setName} />
    </Dialog>
  );
}

import "./manage.css";
import type { OwnEmoji } from "@baraza/engine";
import { ArrowLeft, Ellipsis, ImagePlus, Pencil, Plus, SmilePlus, Trash2 } from "lucide";
import { useEffect, useMemo, useState } from "preact/hooks";
import { formatNumber, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { MenuButton } from "../../ui/menu.tsx";
import { ownSigns } from "../../ui/own-sign.tsx";

/** So many there may be, as the engine has it. */
export const MOST_EMOJI = 100;
/** Signs of a name. */
const NAME = 32;

export interface OwnEmojiProps {
  title: string;
  emoji: readonly OwnEmoji[];
  /** One keeps order here: makes, names and takes away. */
  orders: boolean;
  /** Lets a person choose a picture, and makes it small. @returns undefined: none was chosen; null: it cannot be made into one */
  onChoose: () => Promise<Blob | null | undefined>;
  /** @returns a sentence when it did not work */
  onAdd: (name: string, picture: Blob) => Promise<string | undefined>;
  onRename: (emojiId: string, name: string) => Promise<string | undefined>;
  onRemove: (emojiId: string) => void;
  onBack: () => void;
}

/** A conversation's own emoji, and what those who keep order do with them. */
export function OwnEmojiPage(props: OwnEmojiProps) {
  const { emoji, orders } = props;
  const [editing, setEditing] = useState<OwnEmoji | "new">();
  const full = emoji.length >= MOST_EMOJI;
  return (
    <section class="conversation" aria-labelledby="own-emoji-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="own-emoji-title" tabIndex={-1}>
            {t("own.title")}
          </h1>
          <p class="pane-sub" dir="auto">
            {props.title}
          </p>
        </div>
      </header>
      <div class="pane-body">
        <div class="own-emoji-page">
          {emoji.length === 0 ? (
            <EmptyState
              picture={
                <span class="own-emoji-empty">
                  <Icon of={SmilePlus} />
                </span>
              }
              title={t("own.noneTitle")}
            >
              {orders ? t("own.none") : t("own.noneOnly")}
            </EmptyState>
          ) : (
            <>
              <p class="own-emoji-hint">{t("own.hint")}</p>
              <List label={t("own.title")}>
                {emoji.map((one) => (
                  <ListItem
                    key={one.emojiId}
                    start={<Picture name={one.name} />}
                    title={<bdi>{`:${one.name}:`}</bdi>}
                    detail={
                      one.former.length === 0 ? undefined : (
                        <>
                          {t("own.former")}{" "}
                          <bdi>{one.former.map((old) => `:${old}:`).join(" ")}</bdi>
                        </>
                      )
                    }
                    end={
                      orders && (
                        <MenuButton
                          icon={Ellipsis}
                          label={t("own.more", { name: one.name })}
                          tip="below-end"
                          items={[
                            {
                              label: t("own.rename"),
                              icon: Pencil,
                              onSelect: () => setEditing(one),
                            },
                            {
                              label: t("own.remove"),
                              icon: Trash2,
                              danger: true,
                              onSelect: () => props.onRemove(one.emojiId),
                            },
                          ]}
                        />
                      )
                    }
                  />
                ))}
              </List>
            </>
          )}
          {orders && (
            <Button kind="primary" icon={Plus} disabled={full} onClick={() => setEditing("new")}>
              {t("own.new")}
            </Button>
          )}
          {orders && full && (
            <p class="own-emoji-hint">{t("own.full", { most: formatNumber(MOST_EMOJI) })}</p>
          )}
        </div>
      </div>
      {editing && (
        <Edit
          emoji={editing === "new" ? null : editing}
          onChoose={props.onChoose}
          onSave={(name, picture) =>
            editing === "new"
              ? picture === undefined
                ? Promise.resolve(t("own.pictureNeeded"))
                : props.onAdd(name, picture)
              : props.onRename(editing.emojiId, name)
          }
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

function Picture({ name }: { name: string }) {
  const own = ownSigns.value.get(name);
  return (
    <span class="own-emoji-picture">
      {own === undefined ? <Icon of={SmilePlus} /> : <img src={own.url} alt="" />}
    </span>
  );
}

function Edit({
  emoji,
  onChoose,
  onSave,
  onClose,
}: {
  emoji: OwnEmoji | null;
  onChoose: OwnEmojiProps["onChoose"];
  onSave: (name: string, picture: Blob | undefined) => Promise<string | undefined>;
  onClose: () => void;
}) {
  const [name, setName] = useState(emoji?.name ?? "");
  const [picture, setPicture] = useState<Blob>();
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const url = useMemo(() => (picture ? URL.createObjectURL(picture) : null), [picture]);
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url]);
  const choose = async (): Promise<void> => {
    const chosen = await onChoose();
    if (chosen === undefined) return;
    setTrouble(chosen === null ? t("own.noPicture") : undefined);
    if (chosen !== null) setPicture(chosen);
  };
  const save = (): void => {
    if (emoji === null && picture === undefined) return setTrouble(t("own.pictureNeeded"));
    setBusy(true);
    void onSave(name, picture).then((sentence) => {
      setBusy(false);
      if (sentence === undefined) onClose();
      else setFailure(sentence);
    });
  };
  return (
    <Dialog title={emoji === null ? t("own.new") : t("own.rename")} onClose={onClose}>
      <Form onSubmit={save}>
        {emoji === null && (
          <div class="own-emoji-choose">
            <span class="own-emoji-picture" data-large>
              {url === null ? <Icon of={SmilePlus} /> : <img src={url} alt={t("own.chosen")} />}
            </span>
            <div class="own-emoji-words">
              <Button icon={ImagePlus} onClick={() => void choose()}>
                {picture === undefined ? t("own.choose") : t("own.chooseOther")}
              </Button>
              <p class="field-hint">{t("own.chooseHint")}</p>
              {trouble !== undefined && (
                <p class="field-error" role="alert">
                  {trouble}
                </p>
              )}
            </div>
          </div>
        )}
        <TextField
          label={t("own.name")}
          hint={t("own.nameHint")}
          value={name}
          maxLength={NAME}
          error={failure}
          onInput={(value) => {
            setName(value);
            setFailure(undefined);
          }}
        />
        <Button kind="primary" type="submit" wide busy={busy}>
          {emoji === null ? t("own.make") : t("ui.save")}
        </Button>
      </Form>
    </Dialog>
  );
}

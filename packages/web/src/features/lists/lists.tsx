import "./lists.css";
import type { BroadcastList } from "@baraza/engine";
import { ArrowLeft, Megaphone, Plus } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";

/** UTF-16 units, as the engine has them. */
const NAME_LENGTH = 60;

export interface ListsProps {
  /** Absent while they are being read from this device. */
  lists: readonly BroadcastList[] | undefined;
  hrefOf: (listId: string) => string;
  onNew: () => void;
  onBack: () => void;
}

/** All broadcast lists, and what they are. */
export function Lists({ lists, hrefOf, onNew, onBack }: ListsProps) {
  const make = (
    <Button kind="primary" icon={Plus} onClick={onNew}>
      {t("lists.new")}
    </Button>
  );
  return (
    <section class="conversation" aria-labelledby="lists-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={onBack}
        />
        <h1 class="pane-title" id="lists-title" tabIndex={-1}>
          {t("lists.title")}
        </h1>
      </header>
      <div class="pane-body">
        {lists === undefined ? (
          <Skeleton label={t("ui.moment")} rows={3} />
        ) : lists.length === 0 ? (
          <div class="lists-none">
            <EmptyState picture={<Icon of={Megaphone} />} title={t("lists.none")} action={make}>
              {t("lists.lead")}
            </EmptyState>
          </div>
        ) : (
          <div class="lists-page">
            <p class="lists-soft">{t("lists.lead")}</p>
            <ListRows lists={lists} hrefOf={hrefOf} />
            {make}
          </div>
        )}
      </div>
    </section>
  );
}

/** Lists as rows that lead to them. */
export function ListRows({
  lists,
  hrefOf,
}: Pick<ListsProps, "hrefOf"> & { lists: readonly BroadcastList[] }) {
  return (
    <List label={t("lists.title")}>
      {lists.map(({ listId, name, people }) => (
        <ListItem
          key={listId}
          href={hrefOf(listId)}
          start={
            <span class="lists-icon">
              <Icon of={Megaphone} />
            </span>
          }
          title={<bdi>{name}</bdi>}
          detail={t("lists.people", { count: people })}
        />
      ))}
    </List>
  );
}

/** Asks what a list is called: a new one, or another name. */
export function NameList(props: {
  name?: string;
  busy: boolean;
  failure?: string | undefined;
  onName: (name: string) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState(props.name ?? "");
  const save = (): void => {
    if (name.trim() !== "" && !props.busy) props.onName(name.trim());
  };
  return (
    <Dialog
      title={props.name === undefined ? t("lists.new") : t("lists.rename")}
      onClose={props.onClose}
    >
      {props.name === undefined && <p>{t("lists.lead")}</p>}
      <Form onSubmit={save}>
        <TextField
          label={t("lists.name")}
          hint={t("lists.nameHint")}
          value={name}
          maxLength={NAME_LENGTH}
          autoCapitalize="sentences"
          error={props.failure}
          onInput={setName}
        />
        <Button kind="primary" type="submit" wide busy={props.busy} disabled={name.trim() === ""}>
          {props.name === undefined ? t("lists.make") : t("ui.save")}
        </Button>
      </Form>
    </Dialog>
  );
}

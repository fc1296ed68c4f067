import "./groups.css";
import type { WorkingGroup } from "@baraza/engine";
import { ArrowLeft, Ellipsis, Plus, Unlink } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Form, SelectField, TextField } from "../../ui/field.tsx";
import { MenuButton } from "../../ui/menu.tsx";

export interface GroupsProps {
  /** What the larger conversation is called. */
  title: string;
  groups: readonly WorkingGroup[];
  /** Groups of one's own that could be listed. */
  listable: readonly { groupId: string; title: string }[];
  /** The one that is being asked to let one in. */
  busy: string | null;
  hrefOf: (groupId: string) => string;
  onJoin: (group: WorkingGroup) => void;
  /** @returns a sentence when it did not work */
  onList: (wish: ListingWish) => Promise<string | undefined>;
  onUnlist: (group: WorkingGroup) => void;
  onBack: () => void;
}

export interface ListingWish {
  groupId: string;
  sector: string;
  theme: string;
  region: string;
  open: boolean;
}

const TAGS = ["sector", "theme", "region"] as const;
type Tag = (typeof TAGS)[number];
/** UTF-16 units, as the engine has them. */
const TAG_LENGTH = 60;

/** The working groups of a conversation: found by words and by what they work on, where and for whom. */
export function Groups(props: GroupsProps) {
  const { groups, listable } = props;
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<Record<Tag, string>>({ sector: "", theme: "", region: "" });
  const [listing, setListing] = useState(false);
  const words = fold(query).split(/\s+/).filter(Boolean);
  const found = groups.filter((group) => {
    const said = fold(
      [group.title, group.about, group.sector, group.theme, group.region].join(" "),
    );
    return (
      words.every((word) => said.includes(word)) &&
      TAGS.every((tag) => chosen[tag] === "" || group[tag] === chosen[tag])
    );
  });
  const list = listable.length > 0 && (
    <Button icon={Plus} onClick={() => setListing(true)}>
      {t("groups.list")}
    </Button>
  );
  return (
    <section class="conversation" aria-labelledby="groups-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="groups-title" tabIndex={-1}>
            {t("groups.title")}
          </h1>
          <p class="pane-sub as-page" dir="auto">
            {props.title}
          </p>
        </div>
      </header>
      <div class="pane-body">
        <div class="groups-page">
          {groups.length === 0 ? (
            <EmptyState title={t("groups.noneTitle")} action={list}>
              {t("groups.none")}
            </EmptyState>
          ) : (
            <>
              <div class="groups-limits" role="search" aria-label={t("groups.find")}>
                <TextField label={t("groups.find")} value={query} onInput={setQuery} />
                {TAGS.map((tag) => {
                  const values = valuesOf(groups, tag);
                  return values.length === 0 ? null : (
                    <SelectField
                      key={tag}
                      label={t(`groups.${tag}`)}
                      value={chosen[tag]}
                      options={[
                        { value: "", label: t("groups.any") },
                        ...values.map((value) => ({ value, label: value })),
                      ]}
                      onChange={(value) => setChosen({ ...chosen, [tag]: value })}
                    />
                  );
                })}
              </div>
              {found.length === 0 ? (
                <p role="status">{t("groups.nothing")}</p>
              ) : (
                <ul class="groups-list" aria-label={t("groups.title")}>
                  {found.map((group) => (
                    <Group key={group.groupId} {...props} group={group} />
                  ))}
                </ul>
              )}
            </>
          )}
          {groups.length > 0 && list}
        </div>
      </div>
      {listing && (
        <Listing
          groups={groups}
          listable={listable}
          onList={props.onList}
          onClose={() => setListing(false)}
        />
      )}
    </section>
  );
}

function Group({ group, ...props }: GroupsProps & { group: WorkingGroup }) {
  const { groupId, title, about, mine, open } = group;
  const id = `group-${groupId}`;
  const tags = TAGS.map((tag) => group[tag]).filter((value) => value !== "");
  return (
    <li class="group" aria-labelledby={id}>
      <Avatar id={groupId} name={title} square />
      <div class="group-words">
        <h2 id={id} class="as-page" dir="auto">
          {title}
        </h2>
        <p class="group-facts">
          {t("people.count", { count: group.members })} ·{" "}
          {open ? t("groups.open") : t("groups.byAsking")}
        </p>
        {about !== "" && (
          <p class="as-page" dir="auto">
            {about}
          </p>
        )}
        {tags.length > 0 && (
          <ul class="group-tags">
            {tags.map((value) => (
              <li key={value} dir="auto">
                {value}
              </li>
            ))}
          </ul>
        )}
        <p class="group-facts">{t("groups.by", { name: group.listedBy })}</p>
        {mine === "refused" && <p class="group-facts">{t("groups.refused")}</p>}
        <div class="group-acts">
          {mine === "in" ? (
            <a class="button" data-kind="secondary" href={props.hrefOf(groupId)}>
              {t("groups.go")}
            </a>
          ) : mine === "asked" ? (
            <p role="status">{t("groups.asked")}</p>
          ) : (
            <Button
              kind="primary"
              busy={props.busy === groupId}
              label={
                open ? t("groups.joinOne", { name: title }) : t("groups.askOne", { name: title })
              }
              onClick={() => props.onJoin(group)}
            >
              {open ? t("groups.join") : t("groups.ask")}
            </Button>
          )}
        </div>
      </div>
      {group.mayUnlist && (
        <MenuButton
          icon={Ellipsis}
          label={t("groups.more", { name: title })}
          tip="below-end"
          items={[
            { label: t("groups.unlist"), icon: Unlink, onSelect: () => props.onUnlist(group) },
          ]}
        />
      )}
    </li>
  );
}

function Listing({
  groups,
  listable,
  onList,
  onClose,
}: Pick<GroupsProps, "groups" | "listable" | "onList"> & { onClose: () => void }) {
  const [groupId, setGroupId] = useState(listable[0]?.groupId ?? "");
  const [tags, setTags] = useState<Record<Tag, string>>({ sector: "", theme: "", region: "" });
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const save = (): void => {
    setBusy(true);
    void onList({ groupId, ...tags, open }).then((trouble) => {
      setBusy(false);
      if (trouble === undefined) onClose();
      else setFailure(trouble);
    });
  };
  return (
    <Dialog title={t("groups.list")} onClose={onClose}>
      <p>{t("groups.listLead")}</p>
      <Form onSubmit={save}>
        <SelectField
          label={t("groups.which")}
          value={groupId}
          options={listable.map((one) => ({ value: one.groupId, label: one.title }))}
          onChange={setGroupId}
        />
        {TAGS.map((tag) => (
          <TextField
            key={tag}
            label={t(`groups.${tag}`)}
            hint={hintOf(groups, tag)}
            value={tags[tag]}
            maxLength={TAG_LENGTH}
            onInput={(value) => setTags({ ...tags, [tag]: value })}
          />
        ))}
        <Switch
          label={t("groups.openSwitch")}
          hint={t("groups.openHint")}
          checked={open}
          onChange={setOpen}
        />
        {failure !== undefined && (
          <p class="field-error" role="alert">
            {failure}
          </p>
        )}
        <Button kind="primary" type="submit" wide busy={busy}>
          {t("groups.list")}
        </Button>
      </Form>
    </Dialog>
  );
}

/** What others have written there: the same word for the same thing makes it found. */
function hintOf(groups: readonly WorkingGroup[], tag: Tag): string {
  const values = valuesOf(groups, tag).slice(0, 5);
  return values.length === 0
    ? t("groups.optional")
    : t("groups.used", { words: values.join(", ") });
}

function valuesOf(groups: readonly WorkingGroup[], tag: Tag): string[] {
  return [...new Set(groups.map((group) => group[tag]))]
    .filter((value) => value !== "")
    .toSorted((a, b) => a.localeCompare(b));
}

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLocaleLowerCase();
}

import "./order.css";
import "./about.css";
import {
  ArrowLeft,
  ChevronRight,
  FileText,
  Folder,
  FolderInput,
  Hash,
  Network,
  Pencil,
  SmilePlus,
  Users,
} from "lucide";
import type { ComponentChildren } from "preact";
import type { IconNode } from "lucide";
import type { ConversationRow, PersonRow } from "../../app/model.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";
import type { Order } from "./row-menu.tsx";

export interface AboutFile {
  fileId: string;
  name: string;
  size: number;
  changedAt: number;
  byName: string;
  href: string;
}

export interface AboutProps {
  row: ConversationRow;
  people: readonly PersonRow[];
  /** The newest; absent while they are being read from this device. */
  files: readonly AboutFile[] | undefined;
  /** How many there are in the top folder, folders among them. */
  fileCount: number;
  /** Whose it is: an organisation's node; null: its members' own. */
  organisation: string | null;
  /** What it says of itself; empty for nothing. */
  about?: string;
  now: number;
  peopleHref: string;
  filesHref: string;
  /** Of a group. */
  channelsHref: string;
  emojiHref: string;
  groupsHref: string;
  personHref: (identityId: string) => string;
  onOrder: (order: Order, anchor: HTMLElement) => void;
  onBack: () => void;
  /** Of those who may: changes what it is called, its description and its picture. */
  onProfile?: (() => void) | undefined;
  /** What else there is to say of it. */
  more?: ComponentChildren;
}

/** So many people and files are named here; all of them are one press away. */
const SOME = 6;

/** A conversation at a glance: who is in it, what lies in it, and how one has it in one's own list. */
export function About(props: AboutProps) {
  const { row, people, files, now, onOrder } = props;
  const leading = people.filter(({ role }) => role === "steward");
  return (
    <section class="conversation" aria-labelledby="about-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <p class="pane-title">{t("order.about")}</p>
      </header>
      <div class="pane-body">
        <div class="order-page">
          <div class="about-who">
            <Avatar id={row.spaceId} name={row.title} size="xl" square={row.kind === "group"} />
            <h1 id="about-title" class="as-page" tabIndex={-1} dir="auto">
              {row.title}
            </h1>
            <p>
              {row.kind === "pair"
                ? t("order.aboutPair")
                : t("people.count", { count: people.length })}
            </p>
            {props.about && (
              <p class="as-page" dir="auto">
                {props.about}
              </p>
            )}
            {props.onProfile && (
              <Button kind="quiet" icon={Pencil} onClick={props.onProfile}>
                {t("order.changeProfile")}
              </Button>
            )}
            {props.organisation !== null && (
              <p>{t("order.aboutOrganisation", { node: props.organisation })}</p>
            )}
          </div>
          <Part title={t("order.aboutYours")} hint={t("order.aboutYoursHint")}>
            <div class="about-switches">
              <Mine
                label={t("list.muted")}
                hint={t("order.muteHint")}
                on={row.mutedUntil > now}
                onChange={(on, anchor) =>
                  onOrder(on ? { do: "askMute" } : { do: "unmute" }, anchor)
                }
              />
              <Mine
                label={t("list.pinned")}
                hint={t("order.pinHint")}
                on={row.pinned}
                onChange={(on, anchor) => onOrder({ do: on ? "pin" : "unpin" }, anchor)}
              />
              <Mine
                label={t("order.isArchived")}
                hint={t("order.archiveHint")}
                on={row.archived}
                onChange={(on, anchor) => onOrder({ do: on ? "archive" : "unarchive" }, anchor)}
              />
            </div>
            <Button
              icon={FolderInput}
              onClick={(event) => onOrder({ do: "folder" }, event.currentTarget as HTMLElement)}
            >
              {t("order.folder")}
            </Button>
          </Part>
          <Part title={t("people.title")}>
            <List label={t("people.title")}>
              {people.slice(0, SOME).map((person) => (
                <ListItem
                  key={person.identityId}
                  start={<Avatar id={person.identityId} name={person.name} />}
                  title={<bdi>{person.name}</bdi>}
                  {...(person.you ? {} : { href: props.personHref(person.identityId) })}
                  mark={
                    row.kind === "group" &&
                    leading.includes(person) && <Badge tone="brand">{t("people.steward")}</Badge>
                  }
                  detail={person.you ? t("order.you") : <bdi dir="ltr">{person.address}</bdi>}
                />
              ))}
            </List>
            <All icon={Users} href={props.peopleHref}>
              {t("order.allPeople", { count: people.length })}
            </All>
          </Part>
          {row.kind === "group" && (
            <Part title={t("order.channels")} hint={t("order.channelsHint")}>
              <All icon={Hash} href={props.channelsHref}>
                {t("order.allChannels")}
              </All>
            </Part>
          )}
          {row.kind === "group" && (
            <Part title={t("order.emoji")} hint={t("order.emojiHint")}>
              <All icon={SmilePlus} href={props.emojiHref}>
                {t("order.allEmoji")}
              </All>
            </Part>
          )}
          {row.kind === "group" && (
            <Part title={t("order.groups")} hint={t("order.groupsHint")}>
              <All icon={Network} href={props.groupsHref}>
                {t("order.allGroups")}
              </All>
            </Part>
          )}
          {props.more}
          <Part title={t("shell.files")}>
            {files?.length === 0 && <p class="about-none">{t("order.noFiles")}</p>}
            {files !== undefined && files.length > 0 && (
              <List label={t("order.newestFiles")}>
                {files.slice(0, SOME).map((file) => (
                  <ListItem
                    key={file.fileId}
                    href={file.href}
                    start={
                      <span class="search-file">
                        <Icon of={FileText} />
                      </span>
                    }
                    title={<bdi>{file.name}</bdi>}
                    detail={
                      <>
                        {formatBytes(file.size)} · <bdi>{file.byName}</bdi>
                      </>
                    }
                    aside={<TimeLabel at={file.changedAt} now={now} style="recent" />}
                  />
                ))}
              </List>
            )}
            <All icon={Folder} href={props.filesHref}>
              {t("order.allFiles", { count: props.fileCount })}
            </All>
          </Part>
        </div>
      </div>
    </section>
  );
}

function Part(props: { title: string; hint?: string; children: ComponentChildren }) {
  return (
    <section class="about-part">
      <h2>{props.title}</h2>
      {props.hint && <p class="field-hint">{props.hint}</p>}
      {props.children}
    </section>
  );
}

/** A switch that also says where it stands, for the menu that a question opens. */
function Mine(props: {
  label: string;
  hint: string;
  on: boolean;
  onChange: (on: boolean, anchor: HTMLElement) => void;
}) {
  return (
    <Switch
      label={props.label}
      hint={props.hint}
      checked={props.on}
      onChange={(on) => {
        const anchor = document.activeElement;
        if (anchor instanceof HTMLElement) props.onChange(on, anchor);
      }}
    />
  );
}

function All(props: { icon: IconNode; href: string; children: ComponentChildren }) {
  return (
    <a class="button about-all" data-kind="quiet" href={props.href}>
      <Icon of={props.icon} />
      <span class="button-words">{props.children}</span>
      <Icon of={ChevronRight} mirror />
    </a>
  );
}

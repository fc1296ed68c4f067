import "./weekly.css";
import type { WeekLetter, WeekMessage, WeekSpace, WeekSummary } from "@baraza/engine";
import type { IconNode } from "lucide";
import {
  ArrowLeft,
  AtSign,
  ChartNoAxesColumn,
  FileText,
  Heart,
  Mail,
  Pin,
  Settings2,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { formatMoment } from "../../i18n/dates.ts";
import { currentTag, formatNumber, t } from "../../i18n/index.ts";
import { formatNames } from "../../i18n/names.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";

export interface WeekProps {
  /** Null: it is not kept any more, or there is none. */
  letter: WeekLetter | null;
  /** All that are kept, the newest first. */
  letters: readonly WeekSummary[];
  now: number;
  settingsHref: string;
  letterHref: (letterId: string) => string;
  spaceHref: (spaceId: string) => string;
  messageHref: (spaceId: string, eventId: string) => string;
  fileHref: (spaceId: string, fileId: string) => string;
  onBack: () => void;
}

/** A weekly letter, to be read from top to bottom: each conversation under its heading, each message a way to its place. */
export function Week(props: WeekProps) {
  const { letter, letters } = props;
  const others = letters.filter(({ letterId }) => letterId !== letter?.letterId);
  return (
    <section class="conversation" aria-labelledby="week-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <h1 class="pane-title" id="week-title" tabIndex={-1}>
          {t("weekly.title")}
        </h1>
        <a
          class="icon-button"
          data-kind="quiet"
          data-tip="below-end"
          href={props.settingsHref}
          aria-label={t("weekly.choose")}
        >
          <Icon of={Settings2} />
        </a>
      </header>
      <div class="pane-body">
        {letter === null ? (
          <div class="week-none">
            <EmptyState
              picture={<Icon of={Mail} />}
              title={t("weekly.none")}
              action={
                <a class="button" data-kind="secondary" href={props.settingsHref}>
                  {t("weekly.choose")}
                </a>
              }
            >
              {t("weekly.noneHint")}
            </EmptyState>
          </div>
        ) : (
          <article class="week">
            <header class="week-head">
              <p class="week-span">{spanOf(letter)}</p>
              <p class="week-soft">{t("weekly.lead")}</p>
            </header>
            {letter.spaces.map((space) => (
              <Space key={space.spaceId} {...props} space={space} />
            ))}
            {letter.more > 0 && <p class="week-soft">{t("weekly.more", { count: letter.more })}</p>}
            {others.length > 0 && <Earlier {...props} letters={others} />}
          </article>
        )}
      </div>
    </section>
  );
}

/** "16 – 23 November 2026" */
function spanOf({ from, to }: Pick<WeekLetter, "from" | "to">): string {
  return new Intl.DateTimeFormat(currentTag(), { dateStyle: "long" }).formatRange(from, to);
}

function Space({ space, ...props }: WeekProps & { space: WeekSpace }) {
  const id = useId();
  const { spaceId, title, here } = space;
  const name = here ? title : t("weekly.away");
  const named = space.who.filter((one) => one !== "");
  const rest = space.people - named.length;
  return (
    <section class="week-space" aria-labelledby={id}>
      <div class="week-title">
        <Avatar id={spaceId} name={title} square={space.kind === "group"} />
        <div>
          <h2 id={id}>
            {here ? (
              <a href={props.spaceHref(spaceId)}>
                <bdi>{name}</bdi>
              </a>
            ) : (
              name
            )}
          </h2>
          {space.count > 0 && (
            <p class="week-soft">
              {named.length === 0
                ? t("weekly.messages", { count: space.count })
                : t("weekly.from", {
                    count: space.count,
                    names: formatNames(named, rest),
                  })}
            </p>
          )}
        </div>
      </div>
      <Messages
        {...props}
        space={spaceId}
        title={t("weekly.mentions")}
        icon={AtSign}
        of={space.mentions}
      />
      <Messages {...props} space={spaceId} title={t("weekly.pins")} icon={Pin} of={space.pins} />
      <Messages
        {...props}
        space={spaceId}
        title={t("weekly.polls")}
        icon={ChartNoAxesColumn}
        of={space.polls}
        below={({ poll }) =>
          poll === null
            ? ""
            : [
                poll.ended || (poll.closesAt !== null && poll.closesAt <= props.now)
                  ? t("weekly.ended")
                  : poll.closesAt === null
                    ? t("weekly.noEnd")
                    : t("weekly.ends", { time: formatMoment(poll.closesAt) }),
                t("weekly.voters", { count: poll.voters }),
              ].join(" · ")
        }
      />
      <Messages
        {...props}
        space={spaceId}
        title={t("weekly.top")}
        icon={Heart}
        of={space.top}
        aside={({ emoji, reacted }) => `${emoji.join("")} ${formatNumber(reacted)}`}
      />
      {space.fileCount > 0 && (
        <Part title={t("weekly.files", { count: space.fileCount })} icon={FileText}>
          {space.files.map(({ fileId, name: file, authorName }) => (
            <ListItem
              key={fileId}
              href={props.fileHref(spaceId, fileId)}
              title={<bdi>{file}</bdi>}
              detail={<bdi>{authorName}</bdi>}
            />
          ))}
        </Part>
      )}
    </section>
  );
}

function Messages({
  title,
  icon,
  of,
  space,
  messageHref,
  aside,
  below,
}: Pick<WeekProps, "messageHref"> & {
  title: string;
  icon: IconNode;
  of: readonly WeekMessage[];
  space: string;
  /** Beside the name, and under the words. */
  aside?: (message: WeekMessage) => string;
  below?: (message: WeekMessage) => string;
}) {
  if (of.length === 0) return null;
  return (
    <Part title={title} icon={icon}>
      {of.map((message) => (
        <ListItem
          key={message.eventId}
          wrap
          href={messageHref(space, message.eventId)}
          title={message.mine ? t("weekly.you") : <bdi>{message.authorName}</bdi>}
          detail={
            <>
              <bdi>{message.text}</bdi>
              {below && <span class="week-below">{below(message)}</span>}
            </>
          }
          {...(aside === undefined ? {} : { aside: aside(message) })}
        />
      ))}
    </Part>
  );
}

function Part(props: { title: string; icon: IconNode; children: ComponentChildren }) {
  return (
    <section class="week-part">
      <h3>
        <Icon of={props.icon} />
        {props.title}
      </h3>
      <List label={props.title}>{props.children}</List>
    </section>
  );
}

function Earlier({ letters, letterHref }: WeekProps) {
  return (
    <nav class="week-earlier" aria-labelledby="week-earlier">
      <h2 id="week-earlier">{t("weekly.earlier")}</h2>
      <List label={t("weekly.earlier")}>
        {letters.map((one) => (
          <ListItem
            key={one.letterId}
            href={letterHref(one.letterId)}
            strong={one.unread}
            title={spanOf(one)}
            detail={t("weekly.tells", { count: one.spaces })}
            mark={one.unread && <Badge>{t("weekly.unread")}</Badge>}
          />
        ))}
      </List>
    </nav>
  );
}

/** One quiet line above what is new, while a letter is unread. */
export function WeekLine({ href }: { href: string }) {
  return (
    <a class="week-line" href={href}>
      <Icon of={Mail} />
      {t("weekly.there")}
    </a>
  );
}

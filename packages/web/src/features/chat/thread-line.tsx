import "./thread-line.css";
import type { ThreadSummary } from "../../app/model.ts";
import { formatMoment } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Badge } from "../../ui/list.tsx";

/** Under a message: how much was said in its thread and by whom last, and the way there. */
export function ThreadLine({ thread, href }: { thread: ThreadSummary; href: string }) {
  return (
    <a class="thread-line" href={href} title={formatMoment(thread.at)}>
      <span class="thread-faces">
        {thread.people.map(({ id, name }) => (
          <Avatar key={id} id={id} name={name} size="s" />
        ))}
      </span>
      <span>{t("talk.replies", { count: thread.count })}</span>
      {thread.unread > 0 && (
        <Badge label={t("talk.repliesNew", { count: thread.unread })}>
          {t("talk.repliesNew", { count: thread.unread })}
        </Badge>
      )}
    </a>
  );
}

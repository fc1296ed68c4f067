import "../order/about.css";
import type { Brought } from "@baraza/engine";
import { MessagesSquare } from "lucide";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { formatDate, SERVICE_NAMES } from "./services.ts";

/** What was brought into a conversation, on the page about it. */
export function BroughtPart({
  brought,
  hrefOf,
  bringHref,
}: {
  brought: readonly Brought[];
  hrefOf: (chat: string) => string;
  /** null: one may not write here. */
  bringHref: string | null;
}) {
  if (brought.length === 0 && bringHref === null) return null;
  return (
    <section class="about-part" aria-labelledby="about-brought">
      <h2 id="about-brought">{t("brought.list")}</h2>
      {brought.length > 0 && (
        <List label={t("brought.list")}>
          {brought.map((one) => (
            <ListItem
              key={one.chat}
              href={hrefOf(one.chat)}
              start={
                <span class="search-file">
                  <Icon of={MessagesSquare} />
                </span>
              }
              title={<PersonName name={one.title} />}
              detail={
                <>
                  {SERVICE_NAMES[one.service]} · {t("brought.messages", { count: one.messages })} ·{" "}
                  {t("brought.span", { from: formatDate(one.from), to: formatDate(one.to) })}
                </>
              }
            />
          ))}
        </List>
      )}
      {bringHref !== null && (
        <div>
          <a class="button" data-kind="secondary" href={bringHref}>
            {t("brought.title")}
          </a>
        </div>
      )}
    </section>
  );
}

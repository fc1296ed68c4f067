import "../settings/settings.css";
import "./moving.css";
import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";

/** Everything that one can do with all of one's own: a page of parts, each of its own. */
export function YourData({
  backHref,
  children,
}: {
  backHref: string;
  children: ComponentChildren;
}) {
  return (
    <section class="settings" aria-labelledby="moving-title">
      <header class="pane-head">
        <a class="icon-button" href={backHref} aria-label={t("ui.back")}>
          <Icon of={ArrowLeft} mirror />
        </a>
        <h1 class="pane-title" id="moving-title" tabIndex={-1}>
          {t("moving.title")}
        </h1>
      </header>
      <div class="pane-body">
        <div class="settings-column">
          <p>{t("moving.lead")}</p>
          {children}
        </div>
      </div>
    </section>
  );
}

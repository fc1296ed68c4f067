import "../settings/settings.css";
import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";

/** A page of recovery inside the shell, with the way back to where it belongs. */
export function Page({
  title,
  lead,
  backHref,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  backHref?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="settings" aria-labelledby="recovery-title">
      <header class="pane-head">
        {backHref !== undefined && (
          <a class="icon-button" href={backHref} aria-label={t("ui.back")}>
            <Icon of={ArrowLeft} mirror />
          </a>
        )}
        <h1 class="pane-title" id="recovery-title" tabIndex={-1}>
          {title}
        </h1>
      </header>
      <div class="pane-body">
        <div class="settings-column">
          {lead && <p>{lead}</p>}
          {children}
        </div>
      </div>
    </section>
  );
}

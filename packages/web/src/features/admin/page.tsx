import "./admin.css";
import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";

export interface PartLink {
  label: string;
  href: string;
  current: boolean;
}

/** A page about one's node: its title, the other parts of it, and what stands in it. */
export function AdminPage(props: {
  title: string;
  sub?: string;
  parts: readonly PartLink[];
  onBack: () => void;
  children: ComponentChildren;
}) {
  return (
    <section class="admin" aria-labelledby="admin-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="admin-title" tabIndex={-1}>
            {props.title}
          </h1>
          {props.sub && (
            <p class="pane-sub">
              <bdi>{props.sub}</bdi>
            </p>
          )}
        </div>
      </header>
      <div class="pane-body">
        <div class="admin-column">
          {props.parts.length > 1 && (
            <nav aria-label={t("admin.parts")}>
              <ul class="admin-parts">
                {props.parts.map(({ label, href, current }) => (
                  <li key={href}>
                    <a href={href} aria-current={current ? "page" : undefined}>
                      {label}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          )}
          {props.children}
        </div>
      </div>
    </section>
  );
}

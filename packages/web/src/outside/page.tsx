import "./outside.css";
import type { ComponentChildren } from "preact";
import { t } from "../i18n/index.ts";
import { SoloPage } from "../ui/page.tsx";

/** The frame of everything that people outside see. */
export function Page({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <SoloPage title={title} lead={lead} motto={t("app.motto")}>
      {children}
    </SoloPage>
  );
}

import "./shell.css";
import {
  CloudOff,
  Folder,
  HardDrive,
  LoaderCircle,
  Lock,
  LogIn,
  MessagesSquare,
  Search,
  Settings,
} from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../i18n/index.ts";
import { Banner } from "../ui/banner.tsx";
import { Icon } from "../ui/icon.tsx";
import { Logo } from "../ui/logo.tsx";
import { Progress } from "../ui/progress.tsx";
import { failureText } from "./failure.ts";
import { focusHeading } from "./focus.ts";
import type { LineStatus } from "./model.ts";

export interface ShellProps {
  status: LineStatus;
  at: "conversations" | "files" | "search" | "settings";
  /** The middle pane, on wide screens; on a phone only while `main` is absent. */
  list?: ComponentChildren;
  /** The page one went into; on a phone it covers the list and the bar. */
  main?: ComponentChildren;
  /** What stands in the main pane on wide screens while nothing is open. */
  rest?: ComponentChildren;
  /** What a person should know whatever they look at. */
  notice?: ComponentChildren;
  conversationsHref: string;
  filesHref: string;
  searchHref: string;
  settingsHref: string;
  /** The session ended at the node, and the person wants to go on. */
  onSignInAgain: () => void;
  /** Closes the lock on this device, where one is set. */
  onLock?: () => void;
}

/** The frame of the signed-in app: a rail and panes on wide screens, one pane and a bar on a phone. */
export function Shell({
  status,
  at,
  list,
  main,
  rest,
  notice,
  conversationsHref,
  filesHref,
  searchHref,
  settingsHref,
  onSignInAgain,
  onLock,
}: ShellProps) {
  return (
    <div class="shell" data-open={main ? true : undefined} data-list={list ? true : undefined}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          focusHeading();
        }}
      >
        {t("shell.skip")}
      </a>
      <nav class="rail" aria-label={t("shell.nav")}>
        <span class="rail-mark">
          <Logo />
        </span>
        <a
          class="rail-item"
          href={conversationsHref}
          aria-current={at === "conversations" ? "page" : undefined}
        >
          <Icon of={MessagesSquare} />
          <span>{t("shell.conversations")}</span>
        </a>
        <a class="rail-item" href={filesHref} aria-current={at === "files" ? "page" : undefined}>
          <Icon of={Folder} />
          <span>{t("shell.files")}</span>
        </a>
        <a
          class="rail-item"
          href={searchHref}
          aria-keyshortcuts="/"
          aria-current={at === "search" ? "page" : undefined}
        >
          <Icon of={Search} />
          <span>{t("shell.search")}</span>
        </a>
        <a
          class="rail-item"
          href={settingsHref}
          aria-current={at === "settings" ? "page" : undefined}
        >
          <Icon of={Settings} />
          <span>{t("shell.settings")}</span>
        </a>
        {onLock && (
          <button
            class="rail-item"
            type="button"
            aria-keyshortcuts="Control+Shift+L Meta+Shift+L"
            title="Ctrl + Shift + L"
            onClick={onLock}
          >
            <Icon of={Lock} />
            <span>{t("shell.lock")}</span>
          </button>
        )}
      </nav>
      <div class="panes">
        <LineBanner status={status} onSignInAgain={onSignInAgain} />
        {notice}
        <main class="pane-row">
          {list && <div class="pane pane-list">{list}</div>}
          <div class="pane pane-content" id="main">
            {main ?? rest}
          </div>
        </main>
      </div>
    </div>
  );
}

/** One quiet line about the line; nothing while all is well. */
function LineBanner({ status, onSignInAgain }: Pick<ShellProps, "status" | "onSignInAgain">) {
  const { line, waiting, progress } = status;
  if (status.sessionEnded)
    return (
      <Banner
        tone="notice"
        icon={LogIn}
        action={{ label: t("session.again"), onClick: onSignInAgain }}
      >
        {status.shut === null
          ? t("session.ended")
          : failureText(status.shut === "suspended" ? "suspended" : "accountClosed")}
      </Banner>
    );
  if (status.deviceFull)
    return (
      <Banner tone="notice" icon={HardDrive}>
        {t("line.deviceFull")}
      </Banner>
    );
  if (progress && progress.job !== "signingUp" && progress.job !== "signingIn") {
    const label = t(`progress.${progress.job}`);
    return (
      <Banner icon={LoaderCircle}>
        {label}
        {progress.total > 0 ? (
          <Progress label={label} done={progress.done} total={progress.total} />
        ) : (
          <Progress label={label} />
        )}
      </Banner>
    );
  }
  if (line === "offline")
    return <Banner icon={CloudOff}>{t("line.offline", { count: waiting })}</Banner>;
  if (line === "connecting" && waiting > 0)
    return <Banner icon={LoaderCircle}>{t("line.connecting", { count: waiting })}</Banner>;
  return null;
}

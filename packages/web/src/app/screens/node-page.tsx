import { DoorOpen, Inbox } from "lucide";
import { useEffect, useState } from "preact/hooks";
import type { NodeAccount, NodeInvitation, NodeReportRow } from "@baraza/engine";
import type { NodeRules } from "@baraza/protocol";
import type { PeopleList } from "@baraza/protocol/people-list";
import { readPeopleList, writeTable } from "@baraza/protocol/people-list";
import { OneAccount } from "../../features/admin/account.tsx";
import { Accounts, type Show } from "../../features/admin/accounts.tsx";
import { Acts } from "../../features/admin/acts.tsx";
import { ImportList, type Made } from "../../features/admin/import.tsx";
import { Invitations } from "../../features/admin/invitations.tsx";
import { Departures, Leave } from "../../features/admin/leave.tsx";
import { AdminPage, type PartLink } from "../../features/admin/page.tsx";
import { Reports } from "../../features/admin/reports.tsx";
import { Rules } from "../../features/admin/rules.tsx";
import { formatMoment, formatUntil } from "../../i18n/dates.ts";
import { formatBytes, isLanguage, t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import type { Account, Failure } from "../model.ts";
import { back, go } from "../router.ts";
import { hrefOf, type NodePart } from "../routes.ts";

type Props = { engine: EnginePort; account: Account };

const DAYS = 14;

/** The page about one's node: for who looks after it, and what every member sees of that. */
export function NodePage({
  engine,
  account,
  part,
  name,
}: Props & { part: NodePart; name?: string | undefined }) {
  const boss = account.role === "administrator";
  const parts: [NodePart, string][] = boss
    ? [
        ["overview", t("admin.rules")],
        ["invitations", t("admin.invitations")],
        ["accounts", t("admin.accounts")],
        ["reports", t("admin.reports")],
        ["acts", t("admin.acts")],
      ]
    : [
        ["invitations", t("admin.invitations")],
        ["acts", t("admin.acts")],
      ];
  const shown = part === "overview" && !boss ? "acts" : part;
  const at = shown === "list" ? "invitations" : shown;
  const links: PartLink[] = parts.map(([to, label]) => ({
    label,
    href: hrefOf({ at: "node", part: to }),
    current: to === at,
  }));
  const sub = name ?? location.host;
  return (
    <AdminPage title={titleOf(shown, name)} sub={sub} parts={links} onBack={back}>
      <Part engine={engine} account={account} part={shown} name={name} />
    </AdminPage>
  );
}

/** One line wherever one is, for somebody whose membership ends. */
export function LeavingNotice({ leaves }: { leaves: number }) {
  const now = useNow();
  return (
    <Banner
      tone="notice"
      icon={DoorOpen}
      action={{
        label: t("admin.leavingAction"),
        onClick: () => go({ at: "node", part: "leave" }),
      }}
    >
      {t("admin.leaving", { when: formatUntil(leaves, now) })}
    </Banner>
  );
}

function titleOf(part: NodePart, name: string | undefined): string {
  if (part === "accounts" && name !== undefined) return name;
  if (part === "list") return t("admin.listTitle");
  if (part === "leave") return t("admin.leavingAction");
  return t("node.title");
}

function Part({
  engine,
  account,
  part,
  name,
}: Props & { part: NodePart; name: string | undefined }) {
  const boss = account.role === "administrator";
  if (part === "invitations") return <InvitationsPart engine={engine} account={account} />;
  if (part === "list") return <ListPart engine={engine} />;
  if (part === "leave") return <LeavePart engine={engine} account={account} />;
  if (part === "acts" || !boss) return <ActsPart engine={engine} account={account} />;
  if (part === "accounts" && name !== undefined)
    return <AccountPart key={name} engine={engine} name={name} />;
  if (part === "accounts") return <AccountsPart engine={engine} />;
  if (part === "reports") return <ReportsPart engine={engine} account={account} />;
  return <RulesPart engine={engine} />;
}

function tell(failure: Failure): void {
  toast({ text: failureText(failure) });
}

function told<T>(result: Result<T>): T | undefined {
  if (result.ok) return result.value;
  tell(result.failure);
  return undefined;
}

function RulesPart({ engine }: { engine: EnginePort }) {
  const [rules, setRules] = useState<NodeRules>();
  const [status, setStatus] = useState<Parameters<typeof Rules>[0]["status"]>();
  const online = engine.status.value.line === "online";
  useEffect(() => {
    let current = true;
    void engine.call("admin.settings", {}).then((result) => {
      if (current && result.ok) setRules(result.value);
    });
    void engine.call("admin.status", {}).then((result) => {
      if (current && result.ok) setStatus(result.value);
    });
    return () => {
      current = false;
    };
  }, [engine, online]);
  return (
    <Rules
      node={location.host}
      rules={rules}
      status={status}
      onChange={(change) => {
        // Shown at once; what holds is what the node answers.
        const before = rules;
        if (before) setRules({ ...before, ...change });
        void engine.call("admin.settings", change).then((result) => {
          setRules(result.ok ? result.value : before);
          toast({ text: result.ok ? t("admin.saved") : failureText(result.failure) });
        });
      }}
    />
  );
}

/** The link that opens an account with a code; `language` is what the page opens in. */
function linkOf(code: string, language?: string): string {
  const tail = language !== undefined && isLanguage(language) ? `&lang=${language}` : "";
  return new URL(hrefOf({ at: "signUp", secret: code }) + tail, location.origin).href;
}

function InvitationsPart({ engine, account }: Props) {
  const now = useNow();
  const boss = account.role === "administrator";
  const [kind, setKind] = useState<"person" | "space">("person");
  const [everybody, setEverybody] = useState(false);
  const [page, setPage] = useState<{ all: NodeInvitation[]; more: boolean }>();
  const [busy, setBusy] = useState(false);
  const [version, setVersion] = useState(0);
  const online = engine.status.value.line === "online";
  const standing = useLive(engine.watch("admin.standing", {}), "standing");
  useEffect(() => {
    let current = true;
    setPage(undefined);
    void engine.call("admin.refresh", {});
    void engine
      .call("admin.invitations", { kind, ...(everybody ? { everybody } : {}) })
      .then((result) => {
        if (!current) return;
        if (result.ok) setPage({ all: result.value.invitations, more: result.value.more });
        else tell(result.failure);
      });
    return () => {
      current = false;
    };
  }, [engine, kind, everybody, version, online]);
  return (
    <Invitations
      administrator={boss}
      mayInvite={standing?.mayInvite ?? boss}
      left={standing?.invitations}
      kind={kind}
      everybody={everybody}
      now={now}
      invitations={page?.all}
      more={page?.more ?? false}
      busy={busy}
      linkOf={(code) => linkOf(code)}
      listHref={hrefOf({ at: "node", part: "list" })}
      onKind={setKind}
      onEverybody={setEverybody}
      onInvite={async ({ name, days, uses }) => {
        const batchId = crypto.randomUUID();
        const result = await engine.call("admin.invite", {
          batchId,
          days,
          uses,
          people: [{ name }],
        });
        if (!result.ok) {
          toast({
            text: result.failure === "full" ? t("admin.inviteFull") : failureText(result.failure),
          });
          return null;
        }
        setVersion((n) => n + 1);
        const [made] = result.value.invitations;
        return made ? { link: linkOf(made.invitation), expiresAt: made.expires, uses } : null;
      }}
      onRevoke={(id) =>
        void engine.call("admin.revoke", { ids: [id] }).then((result) => {
          if (!result.ok) return tell(result.failure);
          toast({ text: t("admin.revoked") });
          setVersion((n) => n + 1);
        })
      }
      onMore={() => {
        const before = page?.all.at(-1)?.number;
        if (before === undefined || busy) return;
        setBusy(true);
        const wish = { kind, before, ...(everybody ? { everybody } : {}) };
        void engine.call("admin.invitations", wish).then((result) => {
          setBusy(false);
          const more = told(result);
          if (more && page) setPage({ all: [...page.all, ...more.invitations], more: more.more });
        });
      }}
    />
  );
}

function ListPart({ engine }: { engine: EnginePort }) {
  const now = useNow();
  const [chosen, setChosen] = useState<{ list: PeopleList; batchId: string }>();
  const [made, setMade] = useState<Made[]>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  return (
    <ImportList
      list={chosen?.list}
      made={made}
      busy={busy}
      failure={failure}
      now={now}
      onFile={(file) => {
        setFailure(undefined);
        void file.arrayBuffer().then((bytes) => {
          // A new try of the same list goes on where the last one was cut off: it keeps its name.
          setChosen({ list: readPeopleList(new Uint8Array(bytes)), batchId: crypto.randomUUID() });
        });
      }}
      onInvite={() => {
        if (!chosen || busy) return;
        setBusy(true);
        setFailure(undefined);
        const { list, batchId } = chosen;
        const wish = { batchId, days: DAYS, uses: 1, people: list.people };
        void engine.call("admin.invite", wish).then((result) => {
          setBusy(false);
          if (!result.ok) return setFailure(result.failure);
          setMade(
            result.value.invitations.map(({ invitation, expires, invitee }) => ({
              link: linkOf(invitation, invitee.language),
              expires,
              invitee,
            })),
          );
        });
      }}
      onSave={() => made && save(made)}
      onPrint={() => print()}
    />
  );
}

/** Hands the links to the person as a table. */
function save(made: readonly Made[]): void {
  const columns = ["name", "address", "language", "note", "link", "until"] as const;
  const rows = made.map(({ link, expires, invitee }) => [
    invitee.name,
    invitee.address ?? "",
    invitee.language ?? "",
    invitee.note ?? "",
    link,
    formatMoment(expires),
  ]);
  const table = writeTable([columns.map((column) => t(`admin.column.${column}`)), ...rows]);
  const url = URL.createObjectURL(new Blob([table], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "invitations.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function AccountsPart({ engine }: { engine: EnginePort }) {
  const now = useNow();
  const [search, setSearch] = useState("");
  const [show, setShow] = useState<Show>("all");
  const [page, setPage] = useState<{ all: NodeAccount[]; total: number; more: boolean }>();
  const [busy, setBusy] = useState(false);
  const online = engine.status.value.line === "online";
  useEffect(() => {
    let current = true;
    // One question for what was typed, not one for each letter of it.
    const timer = setTimeout(
      () => {
        void engine.call("admin.accounts", { search, show }).then((result) => {
          if (!current) return;
          if (!result.ok) return tell(result.failure);
          const { accounts, total, more } = result.value;
          setPage({ all: accounts, total, more });
        });
      },
      search === "" ? 0 : 250,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [engine, search, show, online]);
  return (
    <Accounts
      accounts={page?.all}
      total={page?.total ?? 0}
      more={page?.more ?? false}
      busy={busy}
      search={search}
      show={show}
      now={now}
      hrefOf={(name) => hrefOf({ at: "node", part: "accounts", name })}
      onSearch={setSearch}
      onShow={setShow}
      onMore={() => {
        const after = page?.all.at(-1)?.name;
        if (after === undefined || busy) return;
        setBusy(true);
        void engine.call("admin.accounts", { search, show, after }).then((result) => {
          setBusy(false);
          const more = told(result);
          if (more && page)
            setPage({ all: [...page.all, ...more.accounts], total: more.total, more: more.more });
        });
      }}
    />
  );
}

function ReportsPart({ engine, account }: Props) {
  const now = useNow();
  const [reports, setReports] = useState<readonly NodeReportRow[]>();
  const [blocked, setBlocked] = useState<readonly { node: string }[]>();
  const [asked, setAsked] = useState(0);
  const online = engine.status.value.line === "online";
  useEffect(() => {
    let current = true;
    void engine.call("admin.reports", {}).then((result) => {
      if (!current) return;
      if (result.ok) setReports(result.value.reports);
      else tell(result.failure);
    });
    void engine.call("admin.blockedNodes", {}).then((result) => {
      if (current && result.ok) setBlocked(result.value);
    });
    return () => {
      current = false;
    };
  }, [engine, online, asked]);
  const act = async (work: Promise<Result>): Promise<void> => {
    told(await work);
    setAsked((before) => before + 1);
  };
  return (
    <Reports
      reports={reports}
      blocked={blocked}
      node={account.address.slice(account.address.lastIndexOf("@") + 1)}
      now={now}
      accountHref={(name) => hrefOf({ at: "node", part: "accounts", name })}
      onBlock={(node, on) => void act(engine.call("admin.blockNode", { node, blocked: on }))}
      onClose={(reportId) => void act(engine.call("admin.closeReport", { reportId }))}
    />
  );
}

function AccountPart({ engine, name }: { engine: EnginePort; name: string }) {
  const now = useNow();
  const [account, setAccount] = useState<NodeAccount>();
  const [keepDays, setKeepDays] = useState(90);
  const [busy, setBusy] = useState(false);
  const online = engine.status.value.line === "online";
  useEffect(() => {
    let current = true;
    void engine.call("admin.account", { name }).then((result) => {
      if (!current) return;
      if (result.ok) setAccount(result.value);
      else tell(result.failure);
    });
    void engine.call("admin.settings", {}).then((result) => {
      if (current && result.ok) setKeepDays(result.value.keepDays);
    });
    return () => {
      current = false;
    };
  }, [engine, name, online]);
  if (!account) return <Skeleton label={t("ui.moment")} rows={5} />;
  const run = async (
    work: Promise<Result<NodeAccount>>,
    sentence: (changed: NodeAccount) => string = () => t("settings.saved"),
  ) => {
    setBusy(true);
    const changed = told(await work);
    setBusy(false);
    if (!changed) return;
    setAccount(changed);
    toast({ text: sentence(changed) });
  };
  return (
    <OneAccount
      account={account}
      keepDays={keepDays}
      now={now}
      busy={busy}
      onRole={(role) => void run(engine.call("admin.setRole", { name, role }))}
      onSuspend={(suspended) =>
        void run(engine.call("admin.suspend", { name, suspended }), () =>
          t(suspended ? "admin.suspended" : "admin.lifted", { name }),
        )
      }
      onLimits={(limits) => void run(engine.call("admin.setLimits", { name, limits }))}
      onLeave={(at) =>
        void run(engine.call("admin.setLeaving", { name, at }), ({ leaves }) =>
          leaves === null ? t("admin.stayed") : t("admin.leaveSet", { date: formatMoment(leaves) }),
        )
      }
    />
  );
}

/** How much room there is for letters to oneself. */
function OwnLetters({ used, max }: { used: number; max: number }) {
  const args = { used: formatBytes(used), max: formatBytes(max) };
  if (used < 0.9 * max) return <p class="admin-soft">{t("admin.mine", args)}</p>;
  return (
    <Banner tone="notice" icon={Inbox}>
      {t("admin.mineFull", args)}
    </Banner>
  );
}

function ActsPart({ engine, account }: Props) {
  const now = useNow();
  const acts = useLive(engine.watch("admin.journal", {}), "journal");
  const departures = useLive(engine.watch("admin.departures", {}), "departures");
  const standing = useLive(engine.watch("admin.standing", {}), "standing");
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  const online = engine.status.value.line === "online";
  useEffect(() => {
    void engine.call("admin.refresh", {});
  }, [engine, online]);
  return (
    <>
      {account.role !== "administrator" && (
        <p>{tParts("admin.memberLead", { node: <bdi>{location.host}</bdi> })}</p>
      )}
      {standing && <OwnLetters {...standing.letters} />}
      <Departures
        departures={(departures ?? []).filter(
          (one) => !asked.has(`${one.spaceId} ${one.identityId}`),
        )}
        now={now}
        onRemove={({ spaceId, identityId, name, title }) =>
          void engine.call("space.remove", { spaceId, identityId }).then((result) => {
            if (!result.ok) return tell(result.failure);
            setAsked((all) => new Set([...all, `${spaceId} ${identityId}`]));
            toast({ text: t("admin.departureAsked", { name, space: title }) });
          })
        }
      />
      <Acts acts={acts} now={now} />
    </>
  );
}

function LeavePart({ engine, account }: Props) {
  const now = useNow();
  const standing = useLive(engine.watch("admin.standing", {}), "standing");
  const spaces = useLive(engine.watch("admin.handOver", {}), "handOver");
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set());
  return (
    <Leave
      leaves={standing?.leaves ?? null}
      address={account.address}
      now={now}
      spaces={spaces}
      dataHref={hrefOf({ at: "data" })}
      leaving={leaving}
      onHandOver={(spaceId, to) =>
        void engine.call("space.handOver", { spaceId, to }).then((result) => {
          if (!result.ok) return tell(result.failure);
          setLeaving((all) => new Set([...all, spaceId]));
        })
      }
    />
  );
}

/** The page about one's node with sample data. */
import { readPeopleList } from "@baraza/protocol/people-list";
import type { NodeAccount, NodeInvitation } from "@baraza/engine";
import type { ComponentChildren } from "preact";
import { OneAccount } from "../src/features/admin/account.tsx";
import { Accounts } from "../src/features/admin/accounts.tsx";
import { Acts } from "../src/features/admin/acts.tsx";
import { ImportList } from "../src/features/admin/import.tsx";
import { Invitations } from "../src/features/admin/invitations.tsx";
import { Departures, Leave } from "../src/features/admin/leave.tsx";
import { AdminPage } from "../src/features/admin/page.tsx";
import { Rules } from "../src/features/admin/rules.tsx";
import { t } from "../src/i18n/index.ts";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const DAY = 86_400_000;

export function page(current: number, children: ComponentChildren): ComponentChildren {
  const labels = [
    t("admin.rules"),
    t("admin.invitations"),
    t("admin.accounts"),
    t("admin.reports"),
    t("admin.acts"),
  ];
  return (
    <AdminPage
      title={t("node.title")}
      sub="mombasa.example"
      onBack={nothing}
      parts={labels.map((label, at) => ({ label, href: `#${at}`, current: at === current }))}
    >
      {children}
    </AdminPage>
  );
}

const account: NodeAccount = {
  name: "bruno.alvarez",
  role: "member",
  since: now - 400 * DAY,
  lastUse: now - DAY,
  letters: 3_200_000,
  vault: 41_000,
  devices: 2,
  suspended: null,
  leaves: null,
  closed: false,
  limits: { invitations: 5 },
};

const invitation: NodeInvitation = {
  id: "1",
  number: 9,
  invitation: "code",
  invitee: { name: "Zoé Diop", note: "Récolte" },
  by: "amina",
  created: now,
  expires: now + 9 * DAY,
  uses: 1,
  usesLeft: 1,
  state: "open",
  usedBy: [],
};

const list = readPeopleList(
  new TextEncoder().encode(
    "name,address,language,note\nZoé Diop,zoe@example.org,fr,Récolte\nليلى حداد,,ar,\nOdhiambo Otieno,+254 700 000000,sw,Water committee\n,nobody@example.org,,\nZoé Diop,zoe@example.org,,\n",
  ),
);

export const adminScreens: Record<string, () => ComponentChildren> = {
  "admin-rules": () =>
    page(
      0,
      <Rules
        node="mombasa.example"
        rules={{
          registration: "invitation",
          membersInvite: true,
          invitations: 20,
          letters: 268_000_000,
          spaces: 200,
          files: 5_000_000_000,
          keepDays: 90,
        }}
        status={{
          accounts: 1204,
          logs: 311,
          blobBytes: 8_400_000_000,
          databaseBytes: 740_000_000,
          version: "0.1.0",
        }}
        onChange={nothing}
      />,
    ),
  "admin-invitations": () =>
    page(
      1,
      <Invitations
        administrator
        mayInvite
        left={9950}
        kind="person"
        everybody={false}
        now={now}
        invitations={[
          invitation,
          {
            ...invitation,
            id: "2",
            state: "used",
            usedBy: ["odhiambo"],
            invitee: { name: "Odhiambo Otieno" },
          },
          { ...invitation, id: "3", state: "expired", expires: now - 3 * DAY, invitee: null },
          {
            ...invitation,
            id: "4",
            invitation: null,
            invitee: null,
            by: "bruno",
            uses: 3,
            usesLeft: 3,
          },
        ]}
        more
        busy={false}
        linkOf={(code) => code}
        listHref="#"
        onInvite={() => Promise.resolve(null)}
        onRevoke={nothing}
        onKind={nothing}
        onEverybody={nothing}
        onMore={nothing}
      />,
    ),
  "admin-list": () =>
    page(
      1,
      <ImportList
        list={list}
        made={undefined}
        busy={false}
        failure={undefined}
        now={now}
        onFile={nothing}
        onInvite={nothing}
        onSave={nothing}
        onPrint={nothing}
      />,
    ),
  "admin-links": () =>
    page(
      1,
      <ImportList
        list={list}
        made={list.people.map((invitee, at) => ({
          link: `https://mombasa.example/signup#7Kq2vX0pZ5bW8nR3yT6u${at}&lang=fr`,
          expires: now + 14 * DAY,
          invitee,
        }))}
        busy={false}
        failure={undefined}
        now={now}
        onFile={nothing}
        onInvite={nothing}
        onSave={nothing}
        onPrint={nothing}
      />,
    ),
  "admin-accounts": () =>
    page(
      2,
      <Accounts
        accounts={[
          { ...account, name: "amina", role: "administrator" },
          account,
          { ...account, name: "carla", suspended: now - DAY },
          { ...account, name: "dario", leaves: now + 20 * DAY, lastUse: null },
          { ...account, name: "emil", leaves: now - DAY, closed: true },
        ]}
        total={1204}
        more
        busy={false}
        search=""
        show="all"
        now={now}
        hrefOf={(name) => `#${name}`}
        onSearch={nothing}
        onShow={nothing}
        onMore={nothing}
      />,
    ),
  "admin-account": () =>
    page(
      2,
      <OneAccount
        account={{ ...account, leaves: now + 30 * DAY }}
        keepDays={90}
        now={now}
        busy={false}
        onRole={nothing}
        onSuspend={nothing}
        onLimits={nothing}
        onLeave={nothing}
      />,
    ),
  "admin-acts": () =>
    page(
      3,
      <>
        <Departures
          departures={[
            {
              spaceId: "s1",
              title: "Statement on seeds",
              identityId: "i",
              name: "Dario Conti",
              address: "dario@mombasa.example",
              at: now + 20 * DAY,
            },
          ]}
          now={now}
          onRemove={nothing}
        />
        <Acts
          now={now}
          acts={{
            rewritten: now - 2 * DAY,
            lines: [
              {
                number: 4,
                at: now,
                by: "amina",
                act: "leave",
                subject: "dario",
                detail: { at: now + 20 * DAY },
              },
              { number: 3, at: now - DAY, by: null, act: "suspend", subject: "carla", detail: {} },
              {
                number: 2,
                at: now - 2 * DAY,
                by: "amina",
                act: "invite",
                subject: null,
                detail: { count: 50 },
              },
              {
                number: 1,
                at: now - 9 * DAY,
                by: null,
                act: "claim",
                subject: "amina",
                detail: {},
              },
            ],
          }}
        />
      </>,
    ),
  "admin-leave": () =>
    page(
      4,
      <Leave
        leaves={now + 20 * DAY}
        address="dario@mombasa.example"
        now={now}
        spaces={[
          {
            spaceId: "s1",
            title: "Board of the network",
            onlySteward: true,
            others: [
              { identityId: "a", name: "Amina Wanjikũ" },
              { identityId: "b", name: "Bruno Álvarez" },
            ],
          },
          { spaceId: "s2", title: "Press", onlySteward: false, others: [] },
        ]}
        dataHref="#"
        leaving={new Set()}
        onHandOver={nothing}
      />,
    ),
};

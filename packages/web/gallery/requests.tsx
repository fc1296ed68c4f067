/** What strangers write, writing to one, and whom one blocks, over sample data. */
import type { FirstWords } from "@baraza/engine";
import type { ComponentChildren } from "preact";
import { Reports } from "../src/features/admin/reports.tsx";
import { Blocks } from "../src/features/requests/blocks.tsx";
import { Requests } from "../src/features/requests/list.tsx";
import { Report } from "../src/features/requests/report.tsx";
import { Write } from "../src/features/requests/write.tsx";
import { page } from "./admin.tsx";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const MINUTE = 60_000;

const requests: FirstWords[] = [
  {
    identityId: "a1",
    name: "Bruno Álvarez",
    address: "bruno@oruro.example",
    words:
      "Hello Amina, I am Bruno from the seed bank in Oruro. We met in Mombasa in May. May I ask you about the statement?",
    from: "oruro.example",
    at: now - 20 * MINUTE,
    record: "fits",
  },
  {
    identityId: "b2",
    name: "Amina Otieno",
    address: "amina.otieno@elsewhere.example",
    words: "Please send me the list of members at once. ".repeat(20),
    from: "elsewhere.example",
    at: now - 200 * MINUTE,
    record: "wrong",
  },
  {
    identityId: "c3",
    name: "ليلى حداد",
    address: "leila@beirut.example",
    words: "مرحبًا، أود أن أنضم إلى مجموعة البذور.",
    from: "beirut.example",
    at: now - 3000 * MINUTE,
    record: "open",
  },
];
const list = {
  known: [{ identityId: "k", name: "Amina Otieno" }],
  busy: undefined,
  node: "mombasa.example",
  now,
  onAccept: nothing,
  onDelete: nothing,
  onBlock: nothing,
  onBlockNode: nothing,
  onReport: nothing,
  onBack: nothing,
};
const write = {
  busy: false,
  problem: undefined,
  onFind: nothing,
  onOther: nothing,
  onWrite: nothing,
  onOpen: nothing,
  onRequests: nothing,
  onUnblock: nothing,
  onBack: nothing,
};
const found = {
  identityId: "a1",
  address: "bruno@oruro.example",
  name: null,
  spaceId: null,
  wrote: false,
  blocked: false,
};

export const requestScreens: Record<string, () => ComponentChildren> = {
  requests: () => <Requests {...list} requests={requests} />,
  "requests-none": () => <Requests {...list} requests={[]} />,
  "requests-report": () => (
    <>
      <Requests {...list} requests={requests.slice(0, 1)} />
      {requests.slice(0, 1).map((request) => (
        <Report
          key={request.identityId}
          request={request}
          node="mombasa.example"
          busy={false}
          failure={undefined}
          onReport={nothing}
          onClose={nothing}
        />
      ))}
    </>
  ),
  "write-to": () => <Write {...write} found={undefined} />,
  "write-to-found": () => <Write {...write} found={found} />,
  blocked: () => (
    <Blocks
      blocks={{
        people: [
          {
            identityId: "b2",
            name: "Аminа Otieno",
            address: "amina.otieno@elsewhere.example",
            at: now,
          },
        ],
        nodes: [{ node: "spam.example", at: now }],
      }}
      onUnblock={nothing}
      onUnblockNode={nothing}
      onBack={nothing}
    />
  ),
  "node-reports": () =>
    page(
      3,
      <Reports
        reports={[
          {
            reportId: "r1",
            at: now - 50 * MINUTE,
            by: "amina.otieno",
            content: {
              address: "sales@elsewhere.example",
              from: "elsewhere.example",
              words: "Buy this today, only for you.",
              note: "The third one this week.",
            },
          },
          {
            reportId: "r2",
            at: now - 5 * MINUTE,
            by: "bruno.alvarez",
            content: {
              address: "carla@mombasa.example",
              from: "mombasa.example",
              words: null,
              note: "",
            },
          },
          { reportId: "r3", at: now - MINUTE, by: "layla.haddad", content: null },
        ]}
        blocked={[{ node: "spam.example" }]}
        node="mombasa.example"
        now={now}
        accountHref={() => "#account"}
        onBlock={nothing}
        onClose={nothing}
      />,
    ),
};

/** The gallery's screens of taking along, bringing in, moving and closing, with sample data. */
import type { ArchiveJob, ClosingPlan, MoveStatus } from "@baraza/engine";
import type { ComponentChildren } from "preact";
import { Arrive } from "../src/features/moving/arrive.tsx";
import { Bring } from "../src/features/moving/bring.tsx";
import { Close } from "../src/features/moving/close.tsx";
import { Move } from "../src/features/moving/move.tsx";
import { Take } from "../src/features/moving/take.tsx";
import { YourData } from "../src/features/moving/your-data.tsx";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const DAY = 86_400_000;
const still = { busy: false, trouble: undefined, now };
const job: ArchiveJob = {
  id: "job",
  kind: "sealed",
  state: "running",
  reason: null,
  done: 4200,
  total: 12_000,
  bytes: 31_400_000,
  file: "file",
};
const take = {
  ...still,
  job: null,
  onSealed: nothing,
  onOpen: nothing,
  onGoOn: nothing,
  onSave: nothing,
  onDrop: nothing,
};
const bring = {
  content: undefined,
  progress: null,
  step: "choose" as const,
  trouble: undefined,
  now,
  onOpen: nothing,
  onBring: nothing,
  onStop: nothing,
};
const content = {
  importId: "import",
  name: "amina",
  node: "mombasa.example",
  address: "amina@mombasa.example",
  displayName: "Amina Wanjikũ",
  identityId: "id-amina",
  made: now - 3 * DAY,
  same: true,
  offset: 0,
};
const nowhere: MoveStatus = { leaving: null, went: null, came: null };
const move = {
  ...still,
  status: nowhere,
  node: "likoni.example",
  originOf: (node: string) => `https://${node}`,
  onLeave: nothing,
  onStay: nothing,
  onTakeAlong: nothing,
  onCloseFormer: nothing,
};
const leaving = {
  to: "likoni.example",
  link: "https://likoni.example/move#qT3pZbVx0mS1yYkR8cWn5dJfLhGaEuOiXvCtBsNr7eM",
  expires: now + 6 * DAY,
};
const came: NonNullable<MoveStatus["came"]> = {
  from: "amina@mombasa.example",
  node: "mombasa.example",
  at: now - DAY,
  told: true,
  closes: false,
  waiting: [{ title: "Night clinic rota", hub: "mombasa.example", lost: true }],
  kept: [
    { spaceId: "1", title: "Statement on seeds", alone: false, state: "kept" },
    { spaceId: "2", title: "لجنة مياه الساحل", alone: false, state: "asked" },
    { spaceId: "3", title: "Notes", alone: true, state: "moving" },
  ],
  untold: 2,
};
const close = {
  ...still,
  address: "amina@mombasa.example",
  plan: undefined,
  receipt: null,
  onPlan: nothing,
  onCancel: nothing,
  onClose: nothing,
  onSaveReceipt: nothing,
  onForget: nothing,
};
const plan: ClosingPlan = {
  spaces: [
    {
      spaceId: "1",
      title: "Statement on seeds",
      fate: "handOver",
      people: [
        { identityId: "b", name: "Bruno Álvarez" },
        { identityId: "c", name: "Chen Wei" },
      ],
    },
    { spaceId: "2", title: "Night clinic rota", fate: "left", people: [] },
    { spaceId: "3", title: "لجنة مياه الساحل", fate: "left", people: [] },
    { spaceId: "4", title: "Notes", fate: "deleted", people: [] },
  ],
  receipt: null,
};
const receipt = {
  node: "mombasa.example",
  address: "amina@mombasa.example",
  at: now,
  nameRests: now + 365 * DAY,
  deleted: [{ what: "account", count: 1 }],
  untold: ["Night clinic rota"],
  proof: { receipt: "", nodeKey: "", identityId: "", nonce: "" },
};
const arrive = {
  node: "likoni.example",
  taken: false,
  settingsHref: "#",
  signInHref: "#",
  arrival: undefined,
  linked: false,
  needsInvitation: false,
  step: "look" as const,
  reading: undefined,
  trouble: undefined,
  onFile: nothing,
  onArrive: nothing,
};
const arrival = {
  name: "amina",
  node: "mombasa.example",
  displayName: "Amina Wanjikũ",
  conversations: 12,
};

const pane = (children: ComponentChildren) => <YourData backHref="#">{children}</YourData>;

/** Screens inside the app's frame. */
export const dataScreens: Record<string, () => ComponentChildren> = {
  data: () =>
    pane(
      <>
        <Take {...take} />
        <Bring {...bring} />
        <Move {...move} />
        <Close {...close} />
      </>,
    ),
  "data-making": () =>
    pane(
      <>
        <Take {...take} job={job} />
        <Bring {...bring} step="opened" content={content} />
        <Move {...move} status={{ ...nowhere, leaving }} />
      </>,
    ),
  "data-ready": () =>
    pane(
      <>
        <Take {...take} job={{ ...job, state: "ready" }} />
        <Bring
          {...bring}
          step="reading"
          progress={{
            importId: "import",
            state: "running",
            done: 12,
            total: 40,
            spaces: 3,
            events: 120,
          }}
        />
        <Move
          {...move}
          status={{
            ...nowhere,
            went: {
              name: "amina",
              node: "likoni.example",
              address: "amina@likoni.example",
              at: now,
            },
          }}
        />
      </>,
    ),
  "data-wrong": () =>
    pane(
      <>
        <Take {...take} job={{ ...job, state: "failed", reason: "disk_full" }} />
        <Bring {...bring} trouble={{ failure: "unexpected", code: "archive_locked" }} />
        <Move {...move} trouble={{ failure: "unexpected", code: "invalid" }} />
      </>,
    ),
  "data-came": () =>
    pane(
      <>
        <Move {...move} status={{ ...nowhere, came }} />
        <Close {...close} plan={plan} />
      </>,
    ),
  "data-closed": () => pane(<Close {...close} receipt={receipt} />),
};

/** Screens of their own. */
export const moveScreens: Record<string, () => ComponentChildren> = {
  move: () => <Arrive {...arrive} linked step="ready" arrival={arrival} needsInvitation />,
  "move-file": () => (
    <Arrive {...arrive} trouble={{ failure: "unexpected", code: "archive_unknown" }} />
  ),
  "move-reading": () => (
    <Arrive {...arrive} arrival={arrival} step="reading" reading={{ done: 3, total: 10 }} />
  ),
};

/** The gallery's screens of recovery, with sample data. */
import type { Overview as OverviewData, Rescue, TrustedSet } from "@baraza/engine";
import type { ComponentChildren } from "preact";
import { Help } from "../src/features/recovery/help.tsx";
import { Nudge, Overview } from "../src/features/recovery/overview.tsx";
import { TrustedPeople } from "../src/features/recovery/people.tsx";
import { Practise } from "../src/features/recovery/practise.tsx";
import { Sheet } from "../src/features/recovery/sheet.tsx";
import { Recover } from "../src/features/recovery/rescue.tsx";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const DAY = 86_400_000;
const names = ["Bruno Álvarez", "Chen Wei", "Dalia Haddad", "Elif Yıldız", "Farid Rahmani"];
const address = (name: string) =>
  `${(name.split(" ")[0] ?? "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()}@mombasa.example`;
const candidates = names.map((name) => ({
  identityId: `id-${name}`,
  name,
  address: address(name),
  check: "invited" as const,
}));
const set: TrustedSet = {
  setId: "set",
  kind: "people",
  made: now - 40 * DAY,
  k: 3,
  holders: candidates.map((one, at) => ({
    identityId: one.identityId,
    name: one.name,
    address: one.address,
    state: at === 3 ? ("sent" as const) : at === 4 ? ("left" as const) : ("held" as const),
    at: now - at * DAY,
  })),
  stands: true,
  renew: true,
  space: null,
  rehearsedAt: null,
};
const held = [
  {
    owner: "id-amina",
    name: "Amina Wanjikũ",
    address: "amina@mombasa.example",
    since: now - 3 * DAY,
    kind: "people" as const,
    k: 3,
    n: 5,
  },
];
const overview: OverviewData = {
  ways: [
    {
      id: "a",
      kind: "passphrase",
      label: null,
      created: now - 90 * DAY,
      rehearsedAt: null,
      opens: true,
    },
    {
      id: "b",
      kind: "people",
      label: null,
      created: now - 40 * DAY,
      rehearsedAt: null,
      opens: true,
    },
    {
      id: "c",
      kind: "words",
      label: null,
      created: now - 20 * DAY,
      rehearsedAt: now - 20 * DAY,
      opens: true,
    },
  ],
  otherDevices: 1,
  sets: [set],
  losses: [
    { kind: "unsent", count: 2 },
    { kind: "history", spaces: [{ spaceId: "s", title: "Water committee" }] },
  ],
  next: "renew",
  recoveredAt: null,
};
const rescue: Rescue = {
  rescueId: "r",
  address: "amina@mombasa.example",
  link: "/help#mombasa.example.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
  code: "402918",
  created: now,
  expires: now + 6 * DAY,
  opened: true,
  rehearsal: false,
  helpers: [
    { name: "Bruno Álvarez", address: "bruno@mombasa.example", verdict: "good" },
    { name: "Dalia Haddad", address: "dalia@mombasa.example", verdict: "altered" },
  ],
  have: 1,
  need: 3,
  state: "asking",
};
const people = {
  sets: [set],
  candidates,
  offices: [{ spaceId: "s", title: "The office", stewards: candidates.slice(0, 2) }],
  held,
  now,
  busy: false,
  failure: undefined,
  overviewHref: "#",
  helpHref: "#",
  onShare: nothing,
  onCheck: nothing,
  onEnd: nothing,
  onDecline: nothing,
};
const recover = {
  node: "mombasa.example",
  now,
  busy: false,
  failure: undefined,
  signInHref: "#",
  wordsWrong: false,
  onWords: nothing,
  hrefAt: (node: string) => `https://${node}/recover`,
  onBegin: nothing,
  onLook: nothing,
  onFinish: nothing,
  onStop: nothing,
};
const help = {
  node: "mombasa.example",
  now,
  busy: false,
  failure: undefined,
  homeHref: "#",
  onLink: nothing,
  onGive: nothing,
  onSignIn: nothing,
  onContinueAt: nothing,
};
const request = { address: "amina@mombasa.example", at: now, rehearsal: false, held: held[0]! };

const sheet = {
  sheet: {
    words: "legal winner thank year wave sausage worth useful legal winner thank yellow".split(" "),
    text: "baraza-words amina@mombasa.example legal winner thank year wave sausage worth useful legal winner thank yellow",
  },
  replaces: false,
  address: "amina@mombasa.example",
  node: "mombasa.example",
  made: "Made: 3 March 2025",
  busy: false,
  failure: undefined,
  overviewHref: "#",
  onMake: nothing,
  onSave: nothing,
  onPrint: nothing,
  onKeep: nothing,
};

const pane = (children: ComponentChildren) => <main id="main">{children}</main>;

export const recoveryScreens: Record<string, () => ComponentChildren> = {
  safety: () =>
    pane(
      <Overview
        overview={overview}
        now={now}
        settingsHref="#"
        peopleHref="#"
        sheetHref="#"
        practiseHref="#"
        onNext={nothing}
      />,
    ),
  "safety-people": () => pane(<TrustedPeople {...people} />),
  "safety-choose": () => pane(<TrustedPeople {...people} sets={[]} held={[]} />),
  "safety-nobody": () =>
    pane(<TrustedPeople {...people} sets={[]} candidates={[]} offices={[]} held={[]} />),
  practise: () =>
    pane(
      <Practise
        rescue={undefined}
        hasPeople
        hasWords
        wordsWrong
        sheetHref="#"
        onTry={nothing}
        done
        now={now}
        busy={false}
        failure={undefined}
        overviewHref="#"
        onBegin={nothing}
        onLook={nothing}
        onFinish={nothing}
        onStop={nothing}
      />,
    ),
  sheet: () => pane(<Sheet {...sheet} />),
  "sheet-new": () => pane(<Sheet {...sheet} sheet={undefined} replaces />),
  recover: () => <Recover {...recover} rescue={undefined} failure="noAccount" />,
  "recover-asking": () => <Recover {...recover} rescue={rescue} />,
  "recover-ready": () => <Recover {...recover} rescue={{ ...rescue, have: 3, state: "ready" }} />,
  help: () => <Help {...help} state={{ step: "asked", request }} failure="wrongCode" />,
  "help-nothing": () => (
    <Help {...help} state={{ step: "asked", request: { ...request, held: null } }} />
  ),
  "help-done": () => <Help {...help} state={{ step: "done", request }} />,
  nudge: () =>
    pane(
      <>
        <h1 class="visually-hidden">Conversations</h1>
        <Nudge href="#" onDismiss={nothing} />
      </>,
    ),
};

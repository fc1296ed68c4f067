/** Working groups, in the states that a person can see them in. */
import type { WorkingGroup } from "@baraza/engine";
import { Groups } from "../src/features/groups/groups.tsx";

const nothing = (): void => undefined;
const group = (groupId: string, title: string, more: Partial<WorkingGroup> = {}): WorkingGroup => ({
  groupId,
  title,
  about: "",
  sector: "",
  theme: "",
  region: "",
  open: false,
  members: 12,
  listedBy: "Bruno Álvarez",
  mine: "out",
  mayUnlist: false,
  ...more,
});
const groups = [
  group("g1", "Seeds and biodiversity", {
    about: "We keep seed houses, exchange varieties and write about the laws on them.",
    sector: "Farmers",
    theme: "Seeds",
    region: "East Africa",
    mayUnlist: true,
  }),
  group("g2", "الصيادون والمياه", {
    sector: "الصيادون",
    region: "شمال أفريقيا",
    open: true,
    members: 140,
  }),
  group("g3", "Youth", { sector: "Youth", mine: "in", members: 3 }),
  group("g4", "Pastoralists and commons", { sector: "Pastoralists", mine: "asked" }),
];
const page = (some: readonly WorkingGroup[], listable: { groupId: string; title: string }[]) => (
  <Groups
    title="Coalition for food"
    groups={some}
    listable={listable}
    busy={null}
    hrefOf={() => "#"}
    onJoin={nothing}
    onList={() => Promise.resolve(undefined)}
    onUnlist={nothing}
    onBack={nothing}
  />
);
export const groupScreens = {
  groups: page(groups, [{ groupId: "g9", title: "Press" }]),
  "groups-none": page([], [{ groupId: "g9", title: "Press" }]),
};

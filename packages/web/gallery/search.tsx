/** The search's screens with sample data. */
import { useState } from "preact/hooks";
import { EVERYTHING, type Hit, Search, type SearchProps } from "../src/features/search/search.tsx";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const hour = 3_600_000;

const hits: Hit[] = [
  {
    kind: "person",
    key: "id-amina",
    href: "#p",
    title: "Amina Wanjikũ",
    titleMarks: [[0, 5]],
    snippet: "amina@mombasa.example",
    marks: [],
    authorId: "",
    authorName: "",
    spaceTitle: "",
    at: now,
  },
  {
    kind: "space",
    key: "s-water",
    href: "#s",
    title: "Water committee of the coast and the islands, with everybody",
    titleMarks: [[0, 5]],
    snippet: "",
    marks: [],
    authorId: "",
    authorName: "",
    spaceTitle: "",
    at: now,
  },
  {
    kind: "message",
    key: "m1",
    href: "#m1",
    title: "",
    titleMarks: [],
    snippet:
      "…we agreed that the pump is repaired before the water committee meets again; Amina brings the report and the prices, and asks in Kilifi whether they have parts.",
    marks: [
      [48, 53],
      [77, 82],
    ],
    authorId: "id-bruno",
    authorName: "Bruno Díaz",
    spaceTitle: "Water committee",
    at: now - 3 * hour,
  },
  {
    kind: "file",
    key: "f1",
    href: "#f1",
    title: "Water-report-2026-final-v7.pdf",
    titleMarks: [[0, 5]],
    snippet: "Summary. In the dry months the water level fell by two metres…",
    marks: [[31, 36]],
    authorId: "id-amina",
    authorName: "Amina Wanjikũ",
    spaceTitle: "Statement on seeds",
    at: now - 40 * 24 * hour,
  },
  {
    kind: "message",
    key: "m2",
    href: "#m2",
    title: "",
    titleMarks: [],
    snippet: "اجتماع لجنة المياه يوم الخميس الساعة العاشرة",
    marks: [[12, 18]],
    authorId: "id-samira",
    authorName: "سميرة",
    spaceTitle: "لجنة المياه",
    at: now - 200 * 24 * hour,
  },
];

function Sample(props: Partial<SearchProps>) {
  const [text, setText] = useState(props.text ?? "water");
  const [chosen, setChosen] = useState(props.chosen ?? EVERYTHING);
  return (
    <Search
      hits={hits}
      more
      busy={false}
      unknown={[]}
      read={1}
      people={[{ identityId: "id-amina", name: "Amina Wanjikũ" }]}
      spaces={[{ spaceId: "s", title: "Water committee" }]}
      now={now}
      onFilters={nothing}
      onMore={nothing}
      onBack={nothing}
      {...props}
      text={text}
      chosen={chosen}
      onText={setText}
      onChosen={setChosen}
    />
  );
}

export const searchScreens = {
  search: () => <Sample read={0.4} />,
  "search-empty": () => <Sample text="" hits={undefined} more={false} />,
  "search-none": () => <Sample hits={[]} more={false} chosen={{ ...EVERYTHING, kind: "file" }} />,
};

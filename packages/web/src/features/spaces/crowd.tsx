import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { PersonRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";

/** How many people are shown at first, and how many more each time. */
const PAGE = 100;

/** Many people: found by name or address, and shown a hundred at a time. `children`: draws those that are to be seen. */
export function Crowd({
  people,
  children,
}: {
  people: readonly PersonRow[];
  children: (shown: readonly PersonRow[]) => ComponentChildren;
}) {
  const [query, setQuery] = useState("");
  const [room, setRoom] = useState(PAGE);
  const wanted = query.trim().toLocaleLowerCase();
  const found = people.filter(
    ({ name, address }) =>
      name.toLocaleLowerCase().includes(wanted) || address.toLocaleLowerCase().includes(wanted),
  );
  const more = found.length - room;
  return (
    <>
      <TextField
        label={t("access.find")}
        value={query}
        onInput={(typed) => {
          setQuery(typed);
          setRoom(PAGE);
        }}
      />
      {children(found.slice(0, room))}
      <p class="people-count" role="status">
        {found.length === 0 && t("access.findNone")}
      </p>
      {more > 0 && (
        <Button onClick={() => setRoom(room + PAGE)}>
          {t("access.showMore", { count: more })}
        </Button>
      )}
    </>
  );
}

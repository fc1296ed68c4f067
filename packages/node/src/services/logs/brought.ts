/** Entries that members bring from another hub: put together again to the appends in which they first came. */
import type { Bytes, StoredEntry } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { AppendArg } from "../../store/port-logs.ts";
import { checkBroughtAppend } from "./check.ts";

/** @throws ProtocolError `malformed`: not in order, or a batch is not whole */
export function checkBrought(
  logId: Bytes,
  entries: readonly StoredEntry[],
  now: number,
): AppendArg[] {
  const appends: AppendArg[] = [];
  for (let at = 0; at < entries.length;) {
    const first = entries[at] as StoredEntry;
    const { batch, ...sigs } = first.sigs;
    const some = entries.slice(at, at + (batch?.count ?? 1));
    const whole = some.every(
      (one, index) =>
        one.seq === first.seq + index && (batch === undefined || one.sigs.batch?.index === index),
    );
    if (!whole || some.length !== (batch?.count ?? 1)) throw wrong();
    const request = {
      logId,
      entries: some.map(({ header, body }) => ({ header, body })),
      sigs: batch === undefined ? sigs : { ...sigs, batch },
    };
    appends.push(checkBroughtAppend(request, now));
    at += some.length;
  }
  return appends;
}

const wrong = () => new ProtocolError("malformed", { data: { field: "entries" } });

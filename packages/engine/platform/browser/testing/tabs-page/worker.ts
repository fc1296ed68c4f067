/** A very small engine: one table, to show how tabs share it. */
import * as v from "valibot";
import { live } from "../../../../src/store/live.ts";
import { migrate } from "../../../../src/store/migrate.ts";
import { hostEngine } from "../../worker.ts";

hostEngine(async (platform) => {
  const store = await platform.openStore("tabs");
  await migrate(store, [{ version: 1, up: "CREATE TABLE t (x TEXT)" }]);
  let following = 0;
  return {
    api: {
      fence: async () => store.fence,
      following: async () => following,
      add: async (args) => store.run("INSERT INTO t VALUES (?)", [v.parse(v.string(), args)]),
      never: () => new Promise(() => undefined),
      // Answers only under a later leader than the one that was asked first.
      laterThan: async (fence) =>
        store.fence > v.parse(v.number(), fence) ? "answered" : new Promise(() => undefined),
    },
    live: {
      rows() {
        const query = live(store, {
          tables: ["t"],
          query: (db) => db.all("SELECT x FROM t ORDER BY rowid"),
        });
        return {
          subscribe(onValue, onError) {
            following++;
            const end = query.subscribe(onValue, onError);
            return () => {
              following--;
              end();
            };
          },
        };
      },
    },
  };
});

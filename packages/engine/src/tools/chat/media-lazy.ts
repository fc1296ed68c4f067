/** Commands and queries about media, by their names after `chat.`: their code is loaded when one is asked first. */
import type { LiveQuery, ToolContext } from "../tool.ts";
import type { MediaCommands, MediaLive } from "./media-api.ts";

const acts = () => import("./attach.ts");
const contacts = () => import("./contacts.ts");
const onces = () => import("./once-acts.ts");
const links = () => import("./links.ts");
const reads = () => import("./media-queries.ts");

const CONTACT_TABLES = ["people", "person_keys", "members", "spaces", "marks", "account"];

type Short<K> = K extends `chat.${infer Name}` ? Name : never;
type Args<K extends keyof MediaCommands> = Parameters<MediaCommands[K]>[0];

export const mediaCommands: {
  [K in keyof MediaCommands as Short<K>]: (
    context: ToolContext,
    args: Args<K>,
  ) => ReturnType<MediaCommands[K]>;
} = {
  attach: async (context, args) => (await acts()).attach(context, args),
  takeBack: async (context, args) => (await acts()).takeBack(context, args),
  sendPlace: async (context, args) => (await acts()).sendPlace(context, args),
  sendContact: async (context, args) => (await contacts()).sendContact(context, args),
  lookUp: async (context, args) => (await links()).lookUp(context, args),
  openOnce: async (context, args) => (await onces()).openOnce(context, args),
  spendOnce: async (context, args) => (await onces()).spendOnce(context, args),
  markListened: async (context, args) => (await acts()).markListened(context, args),
};

export const mediaQueries: {
  [K in keyof MediaLive as Short<K>]: LiveQuery<MediaLive[K]["args"], MediaLive[K]["value"]>;
} = {
  media: {
    tables: ["files_nodes", "files_versions", "files_uploads"],
    run: async (context, args) => (await reads()).media(context, args),
  },
  outgoing: {
    tables: ["chat_outgoing", "chat_outgoing_files", "files_uploads"],
    // Every conversation that is open asks for these, and mostly there are none.
    run: async (context, args) =>
      (await context.get("SELECT 1 AS one FROM chat_outgoing LIMIT 1")) === undefined
        ? []
        : (await reads()).outgoing(context, args),
  },
  contacts: {
    tables: CONTACT_TABLES,
    run: async (context) => (await contacts()).contacts(context),
  },
  contact: {
    tables: CONTACT_TABLES,
    run: async (context, args) => (await contacts()).contact(context, args),
  },
  listened: {
    tables: ["chat_listened"],
    run: async (context, args) => (await reads()).listened(context, args),
  },
};

/** Every address of the app, and nothing about history or screens. */
export type Route =
  | { at: "home" }
  | { at: "join"; secret: string }
  | { at: "setup"; secret: string }
  | { at: "signIn" }
  | { at: "signUp"; secret: string }
  /** `message`: shown in its surroundings, in whatever channel it stands; `channel`: one beside the first. */
  | { at: "space"; spaceId: string; message?: string; channel?: string }
  /** The thread of a message, beside its conversation. */
  | { at: "thread"; spaceId: string; root: string; channel?: string }
  /** All channels of a space. */
  | { at: "channels"; spaceId: string }
  /** The own emoji of a space. */
  | { at: "emoji"; spaceId: string }
  /** Working groups that a space lists. */
  | { at: "groups"; spaceId: string }
  /** Messages that somebody brought into a space from another service; `message`: opened there. */
  | { at: "brought"; spaceId: string; chat: string; message?: string }
  /** Bringing messages in from other services. */
  | { at: "bring" }
  | { at: "search" }
  /** What is new across all conversations; messages that one marked to find them again. */
  | { at: "new" }
  | { at: "bookmarks" }
  /** Broadcast lists, and one of them. */
  | { at: "lists" }
  | { at: "list"; listId: string }
  /** A weekly letter by its day; null: the newest. */
  | { at: "week"; letterId: string | null }
  | { at: "people"; spaceId: string }
  /** A conversation at a glance. */
  | { at: "about"; spaceId: string }
  /** Who may come in, by which links, and what holds in a conversation. */
  | { at: "access"; spaceId: string }
  /** A folder of a space; the space null: one's own files. The folder null: the top. */
  | { at: "files"; spaceId: string | null; folderId: string | null }
  /** One file over the folder that it lies in. */
  | { at: "file"; spaceId: string | null; fileId: string }
  | { at: "bin"; spaceId: string | null }
  /** What people outside can open or leave something in; one drop box of these. */
  | { at: "shared"; spaceId: string | null; boxId: string | null }
  | { at: "settings" }
  | { at: "help"; secret: string }
  | { at: "recover" }
  /** Everything that one can do with all of one's own. */
  | { at: "data" }
  /** An account comes here from another node; without a secret, by a file. */
  | { at: "move"; secret: string }
  | { at: "safety"; part: SafetyPart }
  | { at: "devices" }
  /** On a device where one is signed in; the secret is the code that a camera has read. */
  | { at: "addDevice"; secret: string }
  /** On the device that is to be added. */
  | { at: "newDevice" }
  | { at: "person"; identityId: string }
  /** Picture codes, and looking somebody up. */
  | { at: "meet" }
  | { at: "node"; part: NodePart; name?: string }
  /** What people wrote whom one has not met; writing to one; whom one has blocked. */
  | { at: "requests" }
  | { at: "write" }
  | { at: "blocked" }
  | { at: "lost" };

/** Pages on coming back after a loss: the overview, the people one trusts, practising. */
export type SafetyPart = "overview" | "people" | "sheet" | "practise";
const SAFETY: readonly string[] = ["people", "sheet", "practise"] satisfies SafetyPart[];

/** Parts of the page about one's node. */
export type NodePart =
  | "overview"
  | "invitations"
  | "list"
  | "accounts"
  | "reports"
  | "acts"
  | "leave";
const NODE_PARTS: readonly string[] = [
  "invitations",
  "list",
  "accounts",
  "reports",
  "acts",
  "leave",
] satisfies NodePart[];

/** The route of a path and fragment. Secrets stand in the fragment, so that they never reach a server. */
export function parseRoute(path: string, fragment = ""): Route {
  const parts = path.split("/").filter(Boolean);
  // A link for somebody may name a language behind its secret; see `languageOf`.
  const secret = fragment.replace(/^#/, "").replace(/&.*$/, "");
  const [first, second, third, fourth, ...rest] = parts;
  if (first === undefined) return { at: "home" };
  if (first === "s" && second && third === "m" && rest.length === 0) {
    const spaceId = decode(second);
    return spaceId !== undefined && /^[0-9a-f]{32}$/.test(fourth ?? "")
      ? { at: "space", spaceId, message: fourth ?? "" }
      : { at: "lost" };
  }
  if (first === "s" && second && third === "t" && rest.length === 0) {
    const spaceId = decode(second);
    return spaceId !== undefined && /^[0-9a-f]{32}$/.test(fourth ?? "")
      ? { at: "thread", spaceId, root: fourth ?? "" }
      : { at: "lost" };
  }
  if (first === "s" && second && third === "c") return channelRoute(decode(second), fourth, rest);
  const shared = sharedRoute(parts) ?? broughtRoute(parts);
  if (shared) return shared;
  if (rest.length > 0) return { at: "lost" };
  if (first === "files" || first === "file")
    return third === undefined ? filesRoute(null, first, second) : { at: "lost" };
  if (first === "s" && second && (third === "files" || third === "file")) {
    const spaceId = decode(second);
    return spaceId === undefined ? { at: "lost" } : filesRoute(spaceId, third, fourth);
  }
  if (fourth !== undefined) return { at: "lost" };
  if (first === "s" && second) {
    const spaceId = decode(second);
    if (spaceId === undefined) return { at: "lost" };
    if (third === undefined) return { at: "space", spaceId };
    return third === "people" ||
      third === "about" ||
      third === "access" ||
      third === "channels" ||
      third === "emoji" ||
      third === "groups"
      ? { at: third, spaceId }
      : { at: "lost" };
  }
  if (first === "node") return nodeRoute(second, third);
  if (first === "safety" && second !== undefined && third === undefined)
    return SAFETY.includes(second) ? { at: "safety", part: second as SafetyPart } : { at: "lost" };
  if (first === "lists" && third === undefined)
    return second === undefined
      ? { at: "lists" }
      : isEvent(second)
        ? { at: "list", listId: second }
        : { at: "lost" };
  if (first === "week" && third === undefined)
    return second === undefined || /^\d{4}-\d{2}-\d{2}$/.test(second)
      ? { at: "week", letterId: second ?? null }
      : { at: "lost" };
  if (first === "p" && second && third === undefined)
    return /^[0-9a-f]{64}$/.test(second) ? { at: "person", identityId: second } : { at: "lost" };
  if (second !== undefined) return { at: "lost" };
  switch (first) {
    case "join":
      return { at: "join", secret };
    case "setup":
      return { at: "setup", secret };
    case "signin":
      return { at: "signIn" };
    case "signup":
      return { at: "signUp", secret };
    case "settings":
      return { at: "settings" };
    case "help":
      return { at: "help", secret };
    case "recover":
      return { at: "recover" };
    case "data":
      return { at: "data" };
    case "bring":
      return { at: "bring" };
    case "move":
      return { at: "move", secret };
    case "safety":
      return { at: "safety", part: "overview" };
    case "search":
      return { at: "search" };
    case "new":
      return { at: "new" };
    case "bookmarks":
      return { at: "bookmarks" };
    case "requests":
      return { at: "requests" };
    case "write":
      return { at: "write" };
    case "blocked":
      return { at: "blocked" };
    case "devices":
      return { at: "devices" };
    case "add-device":
      return { at: "addDevice", secret };
    case "new-device":
      return { at: "newDevice" };
    case "meet":
      return { at: "meet" };
    default:
      return { at: "lost" };
  }
}

/** The address of a route; the inverse of `parseRoute` for all but `lost`, which leads home. */
export function hrefOf(route: Route): string {
  switch (route.at) {
    case "space":
      return route.message === undefined
        ? inChannel(route)
        : `${inSpace(route.spaceId)}/m/${route.message}`;
    case "thread":
      return `${inChannel(route)}/t/${route.root}`;
    case "brought":
      return `${inSpace(route.spaceId)}/brought/${route.chat}${route.message === undefined ? "" : `/${route.message}`}`;
    case "people":
      return `/s/${encodeURIComponent(route.spaceId)}/people`;
    case "about":
    case "access":
    case "channels":
    case "emoji":
    case "groups":
      return `/s/${encodeURIComponent(route.spaceId)}/${route.at}`;
    case "files":
      return `${inSpace(route.spaceId)}/files${route.folderId === null ? "" : `/${route.folderId}`}`;
    case "file":
      return `${inSpace(route.spaceId)}/file/${route.fileId}`;
    case "shared":
      return `${inSpace(route.spaceId)}/files/shared${route.boxId === null ? "" : `/${route.boxId}`}`;
    case "bin":
      return `${inSpace(route.spaceId)}/files/bin`;
    case "join":
    case "help":
    case "move":
    case "setup":
    case "signUp":
      return `/${route.at.toLowerCase()}${route.secret ? `#${route.secret}` : ""}`;
    case "person":
      return `/p/${route.identityId}`;
    case "list":
      return `/lists/${route.listId}`;
    case "week":
      return route.letterId === null ? "/week" : `/week/${route.letterId}`;
    case "data":
      return "/data";
    case "meet":
      return "/meet";
    case "signIn":
      return "/signin";
    case "settings":
    case "search":
    case "new":
    case "bring":
    case "bookmarks":
    case "lists":
    case "devices":
    case "requests":
    case "write":
    case "blocked":
      return `/${route.at}`;
    case "addDevice":
      return `/add-device${route.secret ? `#${route.secret}` : ""}`;
    case "newDevice":
      return "/new-device";
    case "recover":
      return "/recover";
    case "safety":
      return route.part === "overview" ? "/safety" : `/safety/${route.part}`;
    case "node": {
      const rest = route.part === "overview" ? "" : `/${route.part}`;
      return `/node${rest}${route.name === undefined ? "" : `/${encodeURIComponent(route.name)}`}`;
    }
    default:
      return "/";
  }
}

/** Where "back" leads when there is no page of the app behind this one. */
export function parentOf(route: Route): Route {
  if (route.at === "safety")
    return route.part === "overview" ? { at: "settings" } : { at: "safety", part: "overview" };
  if (route.at === "node")
    return route.name === undefined ? { at: "settings" } : { at: "node", part: route.part };
  if (route.at === "access") return { at: "people", spaceId: route.spaceId };
  if (route.at === "thread") return conversationOf(route);
  if (
    route.at === "people" ||
    route.at === "about" ||
    route.at === "channels" ||
    route.at === "emoji" ||
    route.at === "groups" ||
    route.at === "brought"
  )
    return { at: "space", spaceId: route.spaceId };
  if (route.at === "shared" && route.boxId !== null) return { ...route, boxId: null };
  if (
    route.at === "bin" ||
    route.at === "shared" ||
    route.at === "file" ||
    (route.at === "files" && route.folderId !== null)
  )
    return { at: "files", spaceId: route.spaceId, folderId: null };
  if (route.at === "files" && route.spaceId !== null)
    return { at: "space", spaceId: route.spaceId };
  if (route.at === "list") return { at: "lists" };
  if (route.at === "week") return { at: "new" };
  if (route.at === "devices" || route.at === "bring") return { at: "settings" };
  if (route.at === "meet" || route.at === "blocked") return { at: "settings" };
  return route.at === "addDevice" ? { at: "devices" } : { at: "home" };
}

function inSpace(spaceId: string | null): string {
  return spaceId === null ? "" : `/s/${encodeURIComponent(spaceId)}`;
}

/** The conversation that a thread stands beside. */
export function conversationOf({
  spaceId,
  channel,
}: {
  spaceId: string;
  channel?: string | undefined;
}): Route & { at: "space" } {
  return { at: "space", spaceId, ...(channel ? { channel } : {}) };
}

function inChannel({ spaceId, channel }: { spaceId: string; channel?: string }): string {
  return `${inSpace(spaceId)}${channel ? `/c/${channel}` : ""}`;
}

/** `/s/SPACE/c/CHANNEL`, with a thread beside it. */
function channelRoute(
  spaceId: string | undefined,
  channel: string | undefined,
  rest: readonly string[],
): Route {
  const [part, root, ...more] = rest;
  if (spaceId === undefined || !isEvent(channel)) return { at: "lost" };
  if (part === undefined) return { at: "space", spaceId, channel };
  return part === "t" && isEvent(root) && more.length === 0
    ? { at: "thread", spaceId, root, channel }
    : { at: "lost" };
}

const isEvent = (id: string | undefined): id is string => /^[0-9a-f]{32}$/.test(id ?? "");

/** `/files/shared/BOX`, also within a space. */
function sharedRoute(parts: readonly string[]): Route | undefined {
  const own = parts[0] === "files";
  const [files, shared, box, ...rest] = own ? parts : parts.slice(2);
  if (files !== "files" || shared !== "shared" || rest.length > 0) return undefined;
  const spaceId = own ? null : parts[0] === "s" ? decode(parts[1] ?? "") : undefined;
  if (spaceId === undefined || (box !== undefined && !/^[0-9a-f]{32}$/.test(box)))
    return { at: "lost" };
  return { at: "shared", spaceId, boxId: box ?? null };
}

/** `/s/SPACE/brought/CHAT`, and a message of it. */
function broughtRoute(parts: readonly string[]): Route | undefined {
  const [s, space, brought, chat = "", message, ...rest] = parts;
  if (s !== "s" || space === undefined || brought !== "brought") return undefined;
  const spaceId = decode(space);
  const right =
    /^[0-9a-f]{48}$/.test(chat) &&
    rest.length === 0 &&
    (message === undefined || /^[0-9a-f]{16}$/.test(message));
  if (spaceId === undefined || !right) return { at: "lost" };
  return { at: "brought", spaceId, chat, ...(message === undefined ? {} : { message }) };
}

function filesRoute(spaceId: string | null, part: "files" | "file", id: string | undefined): Route {
  if (part === "files" && id === undefined) return { at: "files", spaceId, folderId: null };
  if (part === "files" && id === "bin") return { at: "bin", spaceId };
  if (id === undefined || !/^[0-9a-f]{32}$/.test(id)) return { at: "lost" };
  return part === "file"
    ? { at: "file", spaceId, fileId: id }
    : { at: "files", spaceId, folderId: id };
}

function nodeRoute(part: string | undefined, name: string | undefined): Route {
  if (part === undefined) return { at: "node", part: "overview" };
  if (!NODE_PARTS.includes(part)) return { at: "lost" };
  if (name === undefined) return { at: "node", part: part as NodePart };
  const decoded = part === "accounts" ? decode(name) : undefined;
  return decoded === undefined ? { at: "lost" } : { at: "node", part: "accounts", name: decoded };
}

/** The language that an invitation's link asks for: `/signup#CODE&lang=fr`. */
export function languageOf(fragment: string): string | undefined {
  return /&lang=([a-zA-Z-]{2,35})$/.exec(fragment)?.[1];
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Every address of the app, and nothing about history or screens. */
export type Route =
  | { at: "home" }
  | { at: "join"; secret: string }
  | { at: "setup"; secret: string }
  | { at: "signIn" }
  | { at: "signUp"; secret: string }
  /** `message`: shown in its surroundings. */
  | { at: "space"; spaceId: string; message?: string }
  | { at: "search" }
  | { at: "people"; spaceId: string }
  /** A folder of a space; the space null: one's own files. The folder null: the top. */
  | { at: "files"; spaceId: string | null; folderId: string | null }
  /** One file over the folder that it lies in. */
  | { at: "file"; spaceId: string | null; fileId: string }
  | { at: "bin"; spaceId: string | null }
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
  | { at: "lost" };

/** Pages on coming back after a loss: the overview, the people one trusts, practising. */
export type SafetyPart = "overview" | "people" | "sheet" | "practise";
const SAFETY: readonly string[] = ["people", "sheet", "practise"] satisfies SafetyPart[];

/** Parts of the page about one's node. */
export type NodePart = "overview" | "invitations" | "list" | "accounts" | "acts" | "leave";
const NODE_PARTS: readonly string[] = [
  "invitations",
  "list",
  "accounts",
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
    return third === "people" ? { at: "people", spaceId } : { at: "lost" };
  }
  if (first === "node") return nodeRoute(second, third);
  if (first === "safety" && second !== undefined && third === undefined)
    return SAFETY.includes(second) ? { at: "safety", part: second as SafetyPart } : { at: "lost" };
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
    case "move":
      return { at: "move", secret };
    case "safety":
      return { at: "safety", part: "overview" };
    case "search":
      return { at: "search" };
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
      return `/s/${encodeURIComponent(route.spaceId)}${route.message === undefined ? "" : `/m/${route.message}`}`;
    case "people":
      return `/s/${encodeURIComponent(route.spaceId)}/people`;
    case "files":
      return `${inSpace(route.spaceId)}/files${route.folderId === null ? "" : `/${route.folderId}`}`;
    case "file":
      return `${inSpace(route.spaceId)}/file/${route.fileId}`;
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
    case "data":
      return "/data";
    case "meet":
      return "/meet";
    case "signIn":
      return "/signin";
    case "settings":
    case "search":
    case "devices":
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
  if (route.at === "people") return { at: "space", spaceId: route.spaceId };
  if (
    route.at === "bin" ||
    route.at === "file" ||
    (route.at === "files" && route.folderId !== null)
  )
    return { at: "files", spaceId: route.spaceId, folderId: null };
  if (route.at === "files" && route.spaceId !== null)
    return { at: "space", spaceId: route.spaceId };
  if (route.at === "devices") return { at: "settings" };
  if (route.at === "meet") return { at: "settings" };
  return route.at === "addDevice" ? { at: "devices" } : { at: "home" };
}

function inSpace(spaceId: string | null): string {
  return spaceId === null ? "" : `/s/${encodeURIComponent(spaceId)}`;
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

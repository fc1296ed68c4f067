/** Rules about what may stand in files that neither the linter nor the type checker knows. */
import { filesBelow, lineAt, type SourceFile } from "./lib/files.ts";

interface Rule {
  readonly applies: (path: string) => boolean;
  readonly pattern: RegExp;
  /** What is wrong with a match; undefined when this one is allowed. */
  readonly fault: (found: string) => string | undefined;
}

const withoutComments = /\.(?:css|tsx?|mjs)$/;

const logicalCss: readonly Rule[] = [
  {
    applies: (path) => path.endsWith(".css"),
    pattern:
      /(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)(?:-\w+)?|(?:left|right|top|bottom)(?=\s*:)|border-(?:top|bottom)-(?:left|right)-radius)(?=\s*:)/g,
    fault: (found) => `"${found}" names a side of the screen; use the logical property`,
  },
  {
    applies: (path) => path.endsWith(".css"),
    pattern: /(?<![\w-])(?:text-align|float|clear|caption-side)\s*:\s*(?:left|right)\b/g,
    fault: (found) => `"${found}" names a side of the screen; use start or end`,
  },
  {
    applies: (path) => /^packages\/web\/.*\.tsx$/.test(path),
    pattern:
      /\b(?:margin|padding|border)(?:Left|Right)\b|\btextAlign:\s*"(?:left|right)"|\bstyle=\{\{[^}]*\b(?:left|right)\s*:/g,
    fault: (found) => `"${found}" names a side of the screen; use the logical property`,
  },
];

/** Names of formats, which nothing is fetched from, and addresses of this machine. */
const harmlessUrl = /^https?:\/\/(?:www\.w3\.org\/|(?:[a-z0-9-]+\.)*localhost\b|127\.0\.0\.1\b)/;

const noRemoteUrl: Rule = {
  // The gallery is for whoever develops the screens; nothing of it is built into the app.
  applies: (path) =>
    path.startsWith("packages/web/") &&
    !path.startsWith("packages/web/gallery/") &&
    !/\.(?:test\.tsx?|md)$/.test(path),
  pattern: /https?:\/\/[\w[{$.-]+[^\s"'`<>)]*|(?:url\(\s*|(?:src|href)=)["']?\/\/\w[^\s"')]*/g,
  fault: (found) => {
    if (harmlessUrl.test(found) || /^https?:\/\/[{$]/.test(found)) return undefined;
    return `"${found}" is somewhere else; the app is served whole by its own node`;
  },
};

const noMachinePath: Rule = {
  applies: () => true,
  pattern: /(?<![\w.@/:-])\/(?:home|Users|root|work|mnt)\/[A-Za-z0-9_.-]+/g,
  fault: (found) => `"${found}" is a place on somebody's machine`,
};

/** The faults of all files against the rules for styles. */
export function checkLogicalCss(): string[] {
  return check(logicalCss, "packages/web");
}

/** The faults of all files against the rules on addresses and paths. */
export function checkPlaces(): string[] {
  return check([noRemoteUrl, noMachinePath], ".");
}

function check(rules: readonly Rule[], folder: string): string[] {
  const text = /\.(?:css|tsx?|mjs|json|html|svg|webmanifest|md|ya?ml|sh)$|^\.ci\/run$/;
  return filesBelow(folder, text).flatMap((file) => ruleFaults(file, rules));
}

/** The faults of one file. Comments do not count in code, so that they can name a standard's page. */
export function ruleFaults(
  { path, text }: SourceFile,
  rules: readonly Rule[] = [...logicalCss, noRemoteUrl, noMachinePath],
): string[] {
  return rules
    .filter((rule) => rule.applies(path))
    .flatMap(({ pattern, fault }) => {
      const searched = withoutComments.test(path) ? blankComments(path, text) : text;
      return [...searched.matchAll(pattern)].flatMap(({ 0: found, index }) => {
        const sentence = fault(found);
        return sentence === undefined ? [] : [`${path}:${lineAt(text, index)}: ${sentence}`];
      });
    });
}

/** Puts spaces in the place of comments, so that offsets stay. Styles have only one kind of them. */
function blankComments(path: string, text: string): string {
  const tokens = path.endsWith(".css")
    ? /\/\*[\s\S]*?\*\//g
    : /\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
  return text.replaceAll(tokens, (token) =>
    token.startsWith("/") ? token.replaceAll(/[^\n]/g, " ") : token,
  );
}

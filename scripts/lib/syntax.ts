/** Reads the syntax of a TypeScript file as far as the checks need it. */
import { parseSync } from "vite";

/** One name of another module in a file, and where it stands. */
export interface ModuleUse {
  readonly specifier: string;
  readonly offset: number;
}

/** A name that a file uses without declaring it. */
export interface GlobalUse {
  readonly name: string;
  readonly offset: number;
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** What a file refers to. */
export interface References {
  readonly modules: readonly ModuleUse[];
  readonly globals: readonly GlobalUse[];
}

/**
 * Every module that a file names: imports, re-exports, `import()` of a plain string, types by
 * `import("…")`, and scripts named by `new URL("…", import.meta.url)`; and every name that it uses as
 * a value and declares nowhere. Throws an `Error` for a file that cannot be parsed.
 */
export function referencesOf(path: string, text: string): References {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const modules: ModuleUse[] = [];
  const values: GlobalUse[] = [];
  const declared = new Set<string>();

  const visit = (
    node: SyntaxNode,
    parent: SyntaxNode | undefined,
    field: string,
    binds: boolean,
  ): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) modules.push({ specifier, offset: node.start });
    if (node.type === "Identifier") {
      const name = node["name"] as string;
      if (binds) declared.add(name);
      else if (parent === undefined || !isOnlyALabel(parent, field)) {
        values.push({ name, offset: node.start });
      }
    }
    for (const [key, child] of Object.entries(node)) {
      for (const item of Array.isArray(child) ? (child as unknown[]) : [child]) {
        if (isNode(item)) visit(item, node, key, isBinding(node, key, binds));
      }
    }
  };
  visit(program as unknown as SyntaxNode, undefined, "", false);
  return { modules, globals: values.filter(({ name }) => !declared.has(name)) };
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function specifierOf(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
      return literal(node["source"]);
    case "TSImportType":
      return literal(node["source"] ?? node["argument"]);
    case "NewExpression": {
      const [first, second] = node["arguments"] as SyntaxNode[];
      const isUrl = (node["callee"] as SyntaxNode)["name"] === "URL";
      const file = isUrl && second?.type === "MemberExpression" ? literal(first) : undefined;
      return file !== undefined && /\.(?:ts|tsx|js|mjs)$/.test(file) ? file : undefined;
    }
    case "CallExpression": {
      const isRequire = (node["callee"] as SyntaxNode)["name"] === "require";
      return isRequire ? literal((node["arguments"] as unknown[])[0]) : undefined;
    }
    default:
      return undefined;
  }
}

function literal(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "TSLiteralType") return literal(node["literal"]);
  const { value } = node;
  return node.type === "Literal" && typeof value === "string" ? value : undefined;
}

/** The fields of a node in which names are declared. */
const declaringFields: Record<string, readonly string[]> = {
  ImportSpecifier: ["local"],
  ImportDefaultSpecifier: ["local"],
  ImportNamespaceSpecifier: ["local"],
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["id", "params"],
  ArrowFunctionExpression: ["params"],
  ClassDeclaration: ["id"],
  CatchClause: ["param"],
};

/** The fields of a pattern through which a declaration reaches the names in it. */
const patternFields: Record<string, readonly string[]> = {
  ObjectPattern: ["properties"],
  ArrayPattern: ["elements"],
  Property: ["value"],
  AssignmentPattern: ["left"],
  RestElement: ["argument"],
};

function isBinding(parent: SyntaxNode, field: string, parentBinds: boolean): boolean {
  if (declaringFields[parent.type]?.includes(field) === true) return true;
  return parentBinds && patternFields[parent.type]?.includes(field) === true;
}

/** Whether an identifier there is a property's or a type's name and not a use of a value. */
function isOnlyALabel(parent: SyntaxNode, field: string): boolean {
  if (parent.type.startsWith("TS") && !parent.type.endsWith("Expression")) return true;
  if (["ImportSpecifier", "ExportSpecifier", "MetaProperty"].includes(parent.type)) return true;
  if (parent["computed"] === true) return false;
  if (field === "property") return parent.type === "MemberExpression";
  return field === "key";
}

/** Both trees of a key log, for whoever keeps one: the hash is handed in. */
export * from "./prefix-tree.ts";
export * from "./tree.ts";

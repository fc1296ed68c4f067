/** Recovery with the help of others: shares of a secret, and asking for them. Its own entry, since hardly anybody needs it at once. */
export * from "./rescue.ts";
export * from "./shares.ts";

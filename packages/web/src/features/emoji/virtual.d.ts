/** By language; written by build/emoji-plugin.ts. */
declare module "virtual:emoji" {
  const loaders: Readonly<Record<string, () => Promise<string[][]>>>;
  export default loaders;
}

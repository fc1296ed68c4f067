/** Looks after blobs that were let go at the hub though something refers to them. */
import type { FilesWork } from "./work-port.ts";

export async function tendKeeps(_work: FilesWork): Promise<number | null> {
  return null;
}

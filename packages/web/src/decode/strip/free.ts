/** Frees pictures and films of what tells where, when and with what they were taken, without decoding them. */
import type { Ranged, Source } from "../api.ts";
import { ranged } from "../source.ts";
import { boxedPlan, filmPlan } from "./boxes.ts";
import { jpegPlan } from "./jpeg.ts";
import { freedBlob, freedRanged, type Plan } from "./plan.ts";
import { pngPlan } from "./png.ts";
import { webpPlan } from "./webp.ts";

const plans: Readonly<Record<string, (source: Ranged) => Promise<Plan>>> = {
  "image/jpeg": jpegPlan,
  "image/png": pngPlan,
  "image/webp": webpPlan,
  "image/avif": boxedPlan,
  "image/heic": boxedPlan,
  "video/mp4": filmPlan,
  "video/quicktime": filmPlan,
  "video/3gpp": filmPlan,
  "audio/mp4": filmPlan,
};

/**
 * How to free a file of a type (as found by its content); null where nothing is known to be in it.
 *
 * @throws DecodeError when the file is damaged so that it cannot be told what is in it
 */
export async function planOf(source: Ranged, type: string): Promise<Plan | null> {
  const make = Object.hasOwn(plans, type) ? plans[type] : undefined;
  const plan = await make?.(source);
  return plan?.removed === true ? plan : null;
}

/** The file freed. The same object comes back where there is nothing to free it of. @throws DecodeError, see planOf */
export async function freed<T extends Source>(
  source: T,
  type: string,
): Promise<{ source: T | Blob | Ranged; removed: boolean }> {
  const plan = await planOf(ranged(source), type);
  if (plan === null) return { source, removed: false };
  const result = source instanceof Blob ? freedBlob(source, plan, type) : freedRanged(source, plan);
  return { source: result, removed: true };
}

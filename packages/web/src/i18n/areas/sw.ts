import type { Catalogue } from "../index.ts";

export const areas = import.meta.glob<Catalogue>("../catalogues/sw-*.json");

/** Response headers that keep browsers from doing what nobody asked for. */

/** For pages: only what comes from this node, no inline code, no frames (CSP level 3). */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const COMMON: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
];

/** Of pages and their files. The camera reads invitation codes; nothing else is asked for. */
export const PAGE_HEADERS: readonly (readonly [string, string])[] = [
  ...COMMON,
  ["content-security-policy", PAGE_POLICY],
  ["cross-origin-opener-policy", "same-origin"],
  ["x-frame-options", "DENY"],
  [
    "permissions-policy",
    "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), hid=(), midi=(), display-capture=(), browsing-topics=()",
  ],
];

/** Of everything else: never kept by caches, never run. */
export const API_HEADERS: readonly (readonly [string, string])[] = [
  ...COMMON,
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cache-control", "no-store"],
];

/** Tells browsers to use https from now on; for nodes that are not on this machine only. */
export const STRICT_TRANSPORT: readonly [string, string] = [
  "strict-transport-security",
  "max-age=31536000",
];

/** The host of a `Host` header or node name, without the port, in lower case. */
export function hostOf(value: string): string {
  const [, bracketed, plain] =
    /^(?:(\[[^\]]*\])|([^:]*))(?::\d+)?$/.exec(value.toLowerCase()) ?? [];
  return bracketed ?? plain ?? "";
}

/** True for this machine's own names, which no attacker's domain can be. */
export function isLocalHost(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "127.0.0.1" || host === "[::1]"
  );
}

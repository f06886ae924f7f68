/**
 * Which requests are answered. The page is for whoever may reach its port, and for no site that such a person looks at:
 * a name that an attacker points at this machine (DNS rebinding) is not ours, nor is a page of somebody else's.
 *
 * @module
 */

/** Why a request is refused, and with which status. */
export interface Refusal {
  /** The status of HTTP (RFC 9110, section 15). */
  readonly status: 403 | 405 | 421;
  /** One line. */
  readonly reason: string;
}

/** The refusal of a request, or null for one that is answered. `host` is what the user had the page listen on. */
export function refusalOf(request: Request, host: string): Refusal | null {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return { status: 405, reason: "only GET and HEAD: nothing can be changed here" };
  }
  const asked = request.headers.get("host") ?? "";
  if (!isOurs(asked, host)) {
    return { status: 421, reason: "this server has no such name: use its address or localhost" };
  }
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${asked}`) {
    return { status: 403, reason: "only the page itself may ask for this" };
  }
  return null;
}

/** An address as such is no name that could be pointed elsewhere. */
function isOurs(asked: string, host: string): boolean {
  const { hostname = "" } = URL.parse(`http://${asked}/`) ?? {};
  return hostname === "localhost" || hostname === host.toLowerCase() ||
    /^\[.*\]$/.test(hostname) || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}

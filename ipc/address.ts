/**
 * How an internet address and a port are written.
 *
 * @module
 */

/** One end of a TCP connection. */
export interface Endpoint {
  /** The IP address; IPv6 without brackets. */
  readonly hostname: string;
  /** The port, 0 to 65535. */
  readonly port: number;
}

/** `127.0.0.1:9000`, or `[::1]:9000` for IPv6 (RFC 3986, section 3.2.2). */
export function formatEndpoint(endpoint: Endpoint): string {
  const { hostname, port } = endpoint;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

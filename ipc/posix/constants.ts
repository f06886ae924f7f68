/**
 * What `<sys/socket.h>` of Linux calls by name, and more than one file here needs; the same on x86-64 and on arm64.
 *
 * @module
 */

/** The level of options and control messages that are not of one protocol. */
export const SOL_SOCKET = 1;

/** The families of sockets that are known here: of this machine alone, and of the internet. */
export const FAMILY = { unix: 1, ipv4: 2, ipv6: 10 } as const;

/** The option that tells a socket's type. */
export const SO_TYPE = 3;

/** That tells whether it takes connections. */
export const SO_ACCEPTCONN = 30;

/** That tells its family. */
export const SO_DOMAIN = 39;

/** A connection, whose bytes come in order: TCP, where the address is of the internet. */
export const SOCK_STREAM = 1;

/** Does not wait, whatever is done with it. */
export const SOCK_NONBLOCK = 0o4000;

/** Closes the new descriptor when a program is executed. */
export const SOCK_CLOEXEC = 0o2000000;

/** Does not wait. */
export const MSG_DONTWAIT = 0x40;

/** Sends no SIGPIPE where nobody reads any more. */
export const MSG_NOSIGNAL = 0x4000;

/** The signals that a server takes, and those that mean nothing to it. */

/** These end a process by default, and mean nothing to a server. */
export const MEANINGLESS_SIGNALS = [
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGPROF",
] as const;

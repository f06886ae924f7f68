/**
 * The mutants that are no mistakes, which `deno task mutate` leaves out.
 *
 * @module
 */

import type { AcceptedMutant } from "./mutation_subjects.ts";

/** By the path of the source, and in it by the place. */
export const ACCEPTED: readonly AcceptedMutant[] = [
  ...[
    "if (false) return { path: EXECUTABLE, args: [command.name, ...args] };",
    "if (Deno.build.standalone) return { path: EXECUTABLE, args: [] };",
  ].map((mutated) => ({
    path: "cli/self.ts",
    original:
      "if (Deno.build.standalone) return { path: EXECUTABLE, args: [command.name, ...args] };",
    mutated,
    reason: "only the compiled program is standalone: the e2e tests run it",
  })),
  ...["const BUFFER_BYTES = 65 * 1024;", "const BUFFER_BYTES = 64 * 1025;"].map((mutated) => ({
    path: "ipc/transports/pipe.ts",
    original: "const BUFFER_BYTES = 64 * 1024;",
    mutated,
    reason: "any size will do",
  })),
  {
    path: "ipc/transports/pipe.ts",
    original: "const FREE_BUFFERS_KEPT = 64;",
    mutated: "const FREE_BUFFERS_KEPT = 65;",
    reason: "any number will do",
  },
  ...["true", "count >= 0"].map((condition) => ({
    path: "server/accept/host_limit.ts",
    original: "if (count > 0) this.#counts.set(key, count);",
    mutated: `if (${condition}) this.#counts.set(key, count);`,
    reason: "a count of 0 that is kept takes memory, and is as good as none",
  })),
  ...["lead <= 0x80", "lead < 129"].map((condition) => ({
    path: "server/log/escape.ts",
    original: "const shown = lead < 0x80 ? showAscii(lead) : showCharacter(sequence);",
    mutated: `const shown = ${condition} ? showAscii(lead) : showCharacter(sequence);`,
    reason: "0x80 is neither a character of ASCII nor the first byte of another",
  })),
  ...["lead > 0xc0", "lead >= 193"].map((condition) => ({
    path: "server/log/escape.ts",
    original: "return lead >= 0xc0 ? 2 : 1;",
    mutated: `return ${condition} ? 2 : 1;`,
    reason: "no character begins with 0xc0",
  })),
  {
    path: "server/log/escape.ts",
    original: "if (error instanceof TypeError) return null;",
    mutated: "if (true) return null;",
    reason: "the decoder throws nothing else; the check is for what nobody expects",
  },
];

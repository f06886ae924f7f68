/**
 * The launcher: an executable of some 200 bytes that starts another program in a session and process group of its own.
 * It is setsid(1) without a library to load, and with it the time that takes, which counts where every connection
 * starts a program.
 *
 * `launcher PROGRAM [ARG]...` makes two system calls, setsid(2) and execve(2), so that its pid becomes PROGRAM's. A
 * file that the system does not take for a program (`ENOEXEC`) goes to `/bin/sh`, as with execvp(3). Where nothing can
 * be executed it ends itself by a signal that nobody else sends: an exit status would be one that a program may have,
 * too.
 *
 * Sources: the System V ABI's gABI, chapters 4 and 5 (ELF), and its processor supplements (the stack of a new process:
 * argc, argv, NULL, envp); syscall(2) and the kernel's tables of system calls; the processors' manuals.
 *
 * @module
 */

import { errnoOf } from "../../../ipc/errors.ts";
import { startAnywhere } from "../../../ipc/working_folder.ts";

/** What ends a launcher that could not execute its program. Neither the kernel nor any program uses it (signal(7)). */
export const NOT_EXECUTED: Deno.Signal = "SIGSTKFLT";

/** What an executable is made of. */
interface Machine {
  /** Its number in an ELF header. */
  readonly elfMachine: number;
  /** The instructions: their bytes in hexadecimal, and what they are in assembler. The string follows the last. */
  readonly code: readonly (readonly [bytes: string, assembler: string])[];
}

/** In the assembler, `shell` is the address of this string. */
const SHELL = new TextEncoder().encode("/bin/sh\0");

const MACHINES: Readonly<Record<typeof Deno.build.arch, Machine>> = {
  x86_64: {
    elfMachine: 62,
    code: [
      ["b8 70 00 00 00", "mov eax, 112            setsid()"],
      ["0f 05", "syscall"],
      ["48 8b 0c 24", "mov rcx, [rsp]          argc"],
      [
        "48 8d 74 24 10",
        "lea rsi, [rsp+16]       the program's argv: this one's without the first",
      ],
      ["48 8b 3e", "mov rdi, [rsi]          the program"],
      ["48 8d 14 ce", "lea rdx, [rsi+rcx*8]    envp"],
      [
        "b8 3b 00 00 00",
        "mov eax, 59             execve(rdi, rsi, rdx), which returns only if it fails",
      ],
      ["0f 05", "syscall"],
      ["83 f8 f8", "cmp eax, -8             ENOEXEC"],
      ["75 15", "jne fail"],
      ["48 8d 3d 2f 00 00 00", "lea rdi, [rip+shell]"],
      [
        "48 83 ee 08",
        "sub rsi, 8              the shell's argv: its name, and all that the program's has",
      ],
      ["48 89 3e", "mov [rsi], rdi"],
      ["b8 3b 00 00 00", "mov eax, 59             execve(rdi, rsi, rdx)"],
      ["0f 05", "syscall"],
      ["b8 27 00 00 00", "fail: mov eax, 39       getpid()"],
      ["0f 05", "syscall"],
      ["89 c7", "mov edi, eax"],
      ["be 10 00 00 00", "mov esi, 16             SIGSTKFLT"],
      ["b8 3e 00 00 00", "mov eax, 62             kill(edi, esi)"],
      ["0f 05", "syscall"],
      ["b8 3c 00 00 00", "mov eax, 60             exit(127), if that is ignored"],
      ["bf 7f 00 00 00", "mov edi, 127"],
      ["0f 05", "syscall"],
    ],
  },
  aarch64: {
    elfMachine: 183,
    code: [
      ["a8 13 80 d2", "mov x8, #157            setsid()"],
      ["01 00 00 d4", "svc #0"],
      ["e9 03 40 f9", "ldr x9, [sp]            argc"],
      ["e1 43 00 91", "add x1, sp, #16         the program's argv: this one's without the first"],
      ["20 00 40 f9", "ldr x0, [x1]            the program"],
      ["22 0c 09 8b", "add x2, x1, x9, lsl #3  envp"],
      ["a8 1b 80 d2", "mov x8, #221            execve(x0, x1, x2), which returns only if it fails"],
      ["01 00 00 d4", "svc #0"],
      ["1f 20 00 b1", "cmn x0, #8              ENOEXEC"],
      ["81 00 00 54", "b.ne fail"],
      ["60 01 00 10", "adr x0, shell"],
      [
        "20 8c 1f f8",
        "str x0, [x1, #-8]!      the shell's argv: its name, and all that the program's has",
      ],
      ["01 00 00 d4", "svc #0                  execve(x0, x1, x2)"],
      ["88 15 80 d2", "fail: mov x8, #172      getpid()"],
      ["01 00 00 d4", "svc #0"],
      ["01 02 80 d2", "mov x1, #16             SIGSTKFLT"],
      ["28 10 80 d2", "mov x8, #129            kill(x0, x1)"],
      ["01 00 00 d4", "svc #0"],
      ["e0 0f 80 d2", "mov x0, #127            exit(127), if that is ignored"],
      ["a8 0b 80 d2", "mov x8, #93"],
      ["01 00 00 d4", "svc #0"],
    ],
  },
};

/** Where the file is in memory. Divides by every size that a page may have. */
const BASE = 0x400000n;
const PAGE_BYTES_MAX = 0x10000n;

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;

/** The launcher as an ELF executable of one segment: the headers, the code, the string. */
export function encodeLauncher(arch: typeof Deno.build.arch): Uint8Array<ArrayBuffer> {
  const { elfMachine, code } = MACHINES[arch];
  const codeAt = HEADER_BYTES + SEGMENT_BYTES;
  const instructions = Uint8Array.from(
    code.flatMap(([bytes]) => bytes.split(" ")),
    (byte) => parseInt(byte, 16),
  );
  const length = codeAt + instructions.length + SHELL.length;
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  const put16 = (at: number, value: number) => view.setUint16(at, value, true);
  const put32 = (at: number, value: number) => view.setUint32(at, value, true);
  const put64 = (at: number, value: bigint) => view.setBigUint64(at, value, true);
  file.set([0x7f, 0x45, 0x4c, 0x46]); // the magic number
  file.set([2, 1, 1], 4); // 64 bits, little-endian, version 1
  put16(16, 2); // ET_EXEC
  put16(18, elfMachine);
  put32(20, 1); // the version again
  put64(24, BASE + BigInt(codeAt)); // where to start
  put64(32, BigInt(HEADER_BYTES)); // where the segments' headers are
  put16(52, HEADER_BYTES);
  put16(54, SEGMENT_BYTES);
  put16(56, 1); // one segment
  put32(HEADER_BYTES, 1); // PT_LOAD
  put32(HEADER_BYTES + 4, 5); // read and execute
  put64(HEADER_BYTES + 16, BASE); // its address, from offset 0 of the file
  put64(HEADER_BYTES + 24, BASE);
  put64(HEADER_BYTES + 32, BigInt(length)); // its length in the file
  put64(HEADER_BYTES + 40, BigInt(length)); // and in memory
  put64(HEADER_BYTES + 48, PAGE_BYTES_MAX);
  file.set(instructions, codeAt);
  file.set(SHELL, codeAt + instructions.length);
  return file;
}

/**
 * Writes the launcher to `path`, which must not exist, and tries it. Resolves to whether it can be executed there: a
 * file system may be mounted `noexec`, Deno writes no file below `/dev`, and this may not be Linux.
 */
export async function installLauncher(path: string): Promise<boolean> {
  try {
    await Deno.writeFile(path, encodeLauncher(Deno.build.arch), { createNew: true, mode: 0o700 });
    const command = new Deno.Command(path, { stdin: "null", stdout: "null", stderr: "null" });
    return (await startAnywhere(() => command.output())).signal === NOT_EXECUTED;
  } catch (error) {
    if (errnoOf(error) === null && !(error instanceof Deno.errors.NotCapable)) throw error;
    return false;
  }
}

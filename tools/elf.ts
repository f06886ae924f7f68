/**
 * Where an ELF file ends. Some compiled programs are a runtime's ELF file with the payload appended: cut at its end,
 * the bare runtime is left.
 *
 * Field offsets are those of `Elf64_Ehdr` in elf(5).
 *
 * @module
 */

import { OperationalError } from "../ipc/errors.ts";

const HEADER_BYTES = 64;
/** `\x7fELF`, then class 2 (64 bits) and data encoding 1 (little-endian). */
const IDENTITY = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const E_SHOFF = 0x28;
const E_SHENTSIZE = 0x3a;
const E_SHNUM = 0x3c;

/**
 * The ELF part of a file, up to the end of its section table, which linkers write last. Shares the file's memory.
 * Throws {@linkcode OperationalError} if the file is not ELF for 64 bits, has no section table or is truncated.
 */
export function elfPart(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (file.length < HEADER_BYTES || IDENTITY.some((byte, index) => file[index] !== byte)) {
    throw new OperationalError("Cannot read the ELF header: not a 64-bit little-endian ELF file");
  }
  const header = new DataView(file.buffer, file.byteOffset, HEADER_BYTES);
  const tableStart = Number(header.getBigUint64(E_SHOFF, true));
  const tableBytes = header.getUint16(E_SHENTSIZE, true) * header.getUint16(E_SHNUM, true);
  if (tableStart === 0 || tableBytes === 0) {
    throw new OperationalError("Cannot find the end of the ELF file: it has no section table");
  }
  const end = tableStart + tableBytes;
  if (end > file.length) {
    throw new OperationalError(
      `Cannot cut the ELF file: it is truncated, ${file.length} bytes of ${end}`,
    );
  }
  return file.subarray(0, end);
}

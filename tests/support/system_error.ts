/** An error as Deno makes it from the operating system's: with its `errno` name as the `code`. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`the operating system says ${code}`), { code });
}

/** An empty folder, removed at the end with all that is in it. */
export class TempFolder implements AsyncDisposable {
  /**
   * Below `/tmp`, wherever `TMPDIR` is: short enough for the path of a socket (at most 107 bytes, unix(7)). Below
   * `BROOD_TESTS_IN` where somebody runs tests that he may have to end, and removes what they leave.
   */
  readonly path = Deno.makeTempDirSync({
    dir: Deno.env.get("BROOD_TESTS_IN") ?? "/tmp",
    prefix: "brood_test_",
  });

  /** The path of a name in the folder. */
  join(name: string): string {
    return `${this.path}/${name}`;
  }

  /** The names in the folder, sorted. */
  names(): string[] {
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** The course is in the program, and a machine with nothing but the program can use all of it, in both languages. */

import { assertEquals, assertMatch, assertStringIncludes } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, runToEnd } from "./process.ts";
import { COMPILED_BINARY, type Program, testProgram } from "./program.ts";

/** Runs a command of the program to its end. */
async function run(program: Program, args: readonly string[], env: Record<string, string> = {}) {
  return await runToEnd([program.path, ...program.args, ...args], { env });
}

testProgram(
  "guide prints a page in the language asked for, and an example as its file",
  async (program) => {
    const lab = await run(program, ["guide", "lab"], { LC_ALL: "ko_KR.UTF-8" });
    assertEquals([lab.status, lab.stderr], [0, ""]);
    assertMatch(lab.stdout, /^# 실습: /);
    const example = await run(program, ["guide", "--lang", "ko", "fork_server.c"]);
    const file = new URL("../../examples/c/fork_server.c", import.meta.url);
    assertEquals(example.stdout, await Deno.readTextFile(file));
  },
);

testProgram("guide --status serves the pages until it is told to stop", async (program) => {
  await using guide = new RunningProcess([
    ...[program.path, ...program.args, "guide", "--status", "0"],
  ]);
  const [, url = ""] = await guide.stdout.match(/^The guide: (.*)$/);
  const response = await fetch(`${url}ko/glossary`);
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "듣기 소켓");
  guide.signal("SIGTERM");
  assertEquals((await guide.ended()).code, 0);
});

testProgram("help, errors and warnings are in the language asked for", async (program) => {
  const korean = { LC_ALL: "ko_KR.UTF-8" };
  const help = await run(program, ["server", "--help"], korean);
  assertStringIncludes(
    help.stdout,
    "\n사용법: brood server [OPTIONS] [PORT] [-- PROGRAM [ARG]...]\n",
  );
  const usage = await run(program, ["--lang", "ko", "client", "--bad", "9000"]);
  assertEquals([usage.status, usage.stderr], [
    2,
    "brood: 모르는 옵션입니다: --bad; 도움말: brood client --help\n",
  ]);
  const refused = await run(program, ["client", "1"], korean);
  assertEquals([refused.status, refused.stderr], [
    1,
    "brood: 127.0.0.1:1에 접속할 수 없습니다: 접속이 거부되었습니다 (그곳에서 듣는 서버가 있습니까?)\n",
  ]);
  const english = await run(program, ["client", "--lang", "en", "1"], korean);
  assertEquals(
    english.stderr,
    "brood: Cannot connect to 127.0.0.1:1: connection refused (is a server listening there?)\n",
  );
});

testProgram("warnings of a server are in its language, its log is as it was", async (program) => {
  await using server = new RunningProcess([
    ...[program.path, ...program.args, "server", "--lang", "ko", "--mode", "iterative"],
    ...["--handler", new URL("../fixtures/echo_handler.js", import.meta.url).pathname, "0"],
  ]);
  await server.stdout.match(/^Server start\.\.\. listening on /);
  await server.stderr.match(/^경고: iterative 모드는 처리기를 서버 안에서 실행하므로/);
  server.signal("SIGTERM");
  assertEquals((await server.ended()).code, 0);
});

/** What `ldd` names: the dynamic loader and the libraries, by their paths. */
async function librariesOf(path: string): Promise<string[]> {
  const { stdout } = await runToEnd(["ldd", path]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
}

/** Makes a root with the program, those programs, and the libraries that they need: nothing else, not even a shell. */
async function makeEmptyRoot(root: TempFolder, programs: Readonly<Record<string, string>>) {
  for (const [name, path] of Object.entries({ brood: COMPILED_BINARY, ...programs })) {
    await Deno.copyFile(path, root.join(name));
    for (const library of await librariesOf(path)) {
      await Deno.mkdir(root.join(library.slice(1, library.lastIndexOf("/"))), { recursive: true });
      await Deno.copyFile(library, root.join(library.slice(1)));
    }
  }
  for (const folder of ["proc", "dev", "tmp"]) await Deno.mkdir(root.join(folder));
  await Deno.writeTextFile(root.join("dev/null"), "");
}

/** Runs a command in that root, in a mount namespace of its own in which it has /proc and /dev/null. */
function inRoot(root: TempFolder, command: readonly string[]): string[] {
  const script = 'mount -t proc proc "$1/proc" && mount --bind /dev/null "$1/dev/null" && ' +
    'exec chroot "$@"';
  return ["unshare", "--mount", "sh", "-c", script, "sh", root.path, ...command];
}

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

testProgram(
  "a machine with nothing but the binary has server, client, page, guide and grade",
  async () => {
    await using root = new TempFolder();
    await using build = new TempFolder();
    const source = new URL("../../examples/c/fork_server_sigchld.c", import.meta.url).pathname;
    const compiled = await runToEnd(["cc", "-o", build.join("student"), source]);
    assertEquals([compiled.status, compiled.stderr], [0, ""]);
    await makeEmptyRoot(root, { student: build.join("student") });

    {
      await using server = new RunningProcess(
        inRoot(root, ["/brood", "server", "--status", "0", "--quiet", "0"]),
      );
      const [, port = ""] = await server.stdout.match(/:(\d+) /);
      const [, url = ""] = await server.stdout.match(/(http\S+)$/);
      const client = await runToEnd(inRoot(root, ["/brood", "client", port]), { input: "hello\n" });
      assertEquals([client.status, client.stdout, client.stderr], [0, "hello\n", ""]);
      assertEquals((await fetch(`${url}health`).then((answer) => answer.json())).status, "ok");
      const page = await fetch(url).then((answer) => answer.text());
      assertStringIncludes(page, "<!DOCTYPE html>");
      server.signal("SIGTERM");
      const { code } = await server.ended();
      assertEquals([code, server.stderr.text], [0, ""]);
    }

    const guide = await runToEnd(inRoot(root, ["/brood", "guide", "--lang", "ko", "glossary"]));
    assertStringIncludes(guide.stdout, "듣기 소켓");

    const grade = await runToEnd(inRoot(root, [
      ...["/brood", "grade", "--json", "--only", "talks/starts,talks/line,reaps/burst"],
      ...["--", "/student", "{port}"],
    ]));
    assertEquals(grade.stderr, "");
    const report = JSON.parse(grade.stdout);
    assertEquals([report.passed, report.failed, report.skipped], [3, 0, 0], grade.stdout);
    assertEquals(grade.status, 0);

    const missing = await runToEnd(inRoot(root, [
      ...["/brood", "grade", "--json", "--only", "talks/starts", "--", "/nobody", "{port}"],
    ]));
    assertEquals(missing.status, 1);
    assertEquals(JSON.parse(missing.stdout).output, ["/nobody: no such file or directory"]);
  },
  {
    forms: ["compiled"],
    needs: ["unshare", "chroot", "mount", "cc", "ldd"],
    impossible: isRoot ? undefined : "only root may make a root",
  },
);

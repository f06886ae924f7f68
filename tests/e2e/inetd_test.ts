/** Programs that were made for inetd(8), each with its own client: they get the client's socket itself. */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { runToEnd } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

async function start(program: Program, command: readonly string[]): Promise<TestServer> {
  return await TestServer.start(program, { command, flags: ["--log", "json"] });
}

/** Runs a client to its end, which must be a good one. Resolves to what it prints. */
async function succeed(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { status, stdout, stderr } = await runToEnd(command, { env });
  assertEquals(status, 0, `${command.join(" ")}: ${stderr}`);
  return stdout;
}

/** The folder that sshd wants to enter, which a service manager makes before it starts one. */
async function openPrivilegeFolder(): Promise<AsyncDisposable> {
  const path = "/run/sshd";
  let isNew = true;
  try {
    await Deno.mkdir(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    isNew = false;
  }
  return {
    async [Symbol.asyncDispose]() {
      if (isNew) await Deno.remove(path);
    },
  };
}

/** Where programs of the system are that are in no user's PATH. */
function systemProgram(name: string): string {
  for (const folder of ["/usr/sbin", "/usr/bin", "/usr/lib/git-core"]) {
    try {
      Deno.statSync(`${folder}/${name}`);
      return `${folder}/${name}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return name;
}

testProgram(
  "a program in C asks descriptor 0 who is connected, receives, and ends it",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("inetd_program");
    await succeed(["gcc", "-o", path, fixture("inetd_program.c")]);
    await using server = await start(program, [path]);
    using client = await server.connect();
    await client.send("hello\n");
    const answer = `127.0.0.1:${client.port} sent hello\n`;
    assertEquals(new TextDecoder().decode(await client.receive(answer.length)), answer);
    assertEquals(await client.disconnected(), "end of file");
    await server.event("worker_exited", { status: 0, reason: "exited" });
  },
  { needs: ["gcc"] },
);

testProgram("rsync --daemon copies a tree", async (program) => {
  await using folder = new TempFolder();
  const [tree, copy] = [folder.join("tree"), folder.join("copy")];
  await Deno.mkdir(`${tree}/deep/deeper`, { recursive: true });
  await Deno.writeFile(`${tree}/bytes`, crypto.getRandomValues(new Uint8Array(60_000)));
  await Deno.writeTextFile(`${tree}/deep/deeper/안녕`, "hello\n");
  const config = folder.join("rsyncd.conf");
  await Deno.writeTextFile(config, `use chroot = no\n[tree]\npath = ${tree}\nread only = yes\n`);
  await using server = await start(program, ["rsync", "--daemon", `--config=${config}`]);
  await succeed(["rsync", "-a", `rsync://127.0.0.1:${server.port}/tree/`, copy]);
  assertEquals(await succeed(["diff", "-r", tree, copy]), "");
}, { needs: ["rsync"] });

testProgram("git daemon --inetd is cloned from and pushed to", async (program) => {
  await using folder = new TempFolder();
  const env = { HOME: folder.path, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (at: string, ...args: string[]) =>
    succeed(["git", "-C", at, "-c", "user.name=t", "-c", "user.email=t@t", ...args], env);
  await git(folder.path, "init", "-q", "--bare", "-b", "main", "served.git");
  await using server = await start(program, [
    systemProgram("git-daemon"),
    "--inetd",
    "--export-all",
    "--enable=receive-pack",
    `--base-path=${folder.path}`,
    folder.path,
  ]);
  const url = `git://127.0.0.1:${server.port}/served.git`;
  await git(folder.path, "clone", "-q", url, "work");
  const work = folder.join("work");
  await Deno.writeTextFile(`${work}/file`, "hello\n");
  await git(work, "add", "file");
  await git(work, "commit", "-q", "-m", "A file");
  await git(work, "push", "-q", "origin", "HEAD:main");
  await git(folder.path, "clone", "-q", url, "again");
  assertEquals(await Deno.readTextFile(folder.join("again/file")), "hello\n");
}, { needs: ["git"] });

testProgram("sshd -i lets a user in by key, and knows the client's address", async (program) => {
  await using folder = new TempFolder();
  await using _privileges = await openPrivilegeFolder();
  const [hostKey, userKey] = [folder.join("host"), folder.join("user")];
  for (const key of [hostKey, userKey]) {
    await succeed(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
  }
  await Deno.copyFile(`${userKey}.pub`, folder.join("authorized"));
  const settings = [
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${folder.join("authorized")}`,
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "PermitRootLogin yes",
  ];
  const config = folder.join("sshd_config");
  await Deno.writeTextFile(config, `${settings.join("\n")}\n`);
  await using server = await start(program, [systemProgram("sshd"), "-i", "-f", config]);
  const told = await succeed([
    "ssh",
    ...["-F", "none", "-i", userKey, "-p", String(server.port), "-o", "IdentitiesOnly=yes"],
    ...[
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "LogLevel=ERROR",
    ],
    `${Deno.env.get("USER") ?? "root"}@127.0.0.1`,
    'echo "$SSH_CONNECTION"',
  ]);
  assertMatch(told, new RegExp(`^127\\.0\\.0\\.1 \\d+ 127\\.0\\.0\\.1 ${server.port}\n$`));
}, {
  needs: ["sshd", "ssh", "ssh-keygen"],
  impossible: Deno.uid() === 0 ? undefined : "sshd is root's",
});

testProgram("busybox httpd -i serves a file to curl", async (program) => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("page.txt"), "hello\n");
  await using server = await start(program, ["busybox", "httpd", "-i", "-h", folder.path]);
  const base = `http://127.0.0.1:${server.port}`;
  for (let i = 0; i < 3; i++) {
    assertEquals(await succeed(["curl", "-sf", `${base}/page.txt`]), "hello\n");
  }
  const { status } = await runToEnd(["curl", "-sf", `${base}/none.txt`]);
  assert(status !== 0);
}, { needs: ["busybox", "curl"] });

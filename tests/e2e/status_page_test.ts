/**
 * The status page of a real server in a real browser, with clients of different make. The screenshots stay in
 * `dist/test`, for people to look at.
 */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import { Browser, type Page } from "../support/browser.ts";
import { RunningProcess } from "./process.ts";
import { COMPILED_BINARY, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";
import { StatusReader, statusUrlOf } from "./status_reader.ts";

/** The texts of the elements that a selector finds. */
async function textsOf(page: Page, selector: string): Promise<string[]> {
  const texts = await page.eval(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent.trim())`,
  );
  assert(Array.isArray(texts));
  return texts.map(String);
}

/** Waits until so many child processes are drawn as serving. */
async function untilServing(page: Page, count: number): Promise<void> {
  await page.until(
    `[...document.querySelectorAll(".picture .worker .state")]
      .filter((e) => e.textContent === "serving").length === ${count}`,
  );
}

testProgram(
  "a browser shows a server with three clients, a worker that is killed, and how it drains",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: ["--status", "0", "--transport", "socket"],
    });
    const url = await statusUrlOf(server);
    await using browser = await Browser.start();
    const page = await browser.openPage({ width: 1200, height: 900 });
    await page.open(`${url}?lang=en`);
    await page.until("document.querySelector('.picture') !== null");

    const address = `127.0.0.1:${server.port}`;
    await using socat = new RunningProcess(["socat", "-", `TCP:${address}`]);
    await using ncat = new RunningProcess(["ncat", "127.0.0.1", `${server.port}`]);
    using own = await server.connect();
    await socat.type("<script>alert(1)</script>\n");
    await ncat.type("\x1b[2Jhello\n");
    await own.roundTrip();
    await untilServing(page, 3);
    const message = (text: string) =>
      `[...document.querySelectorAll(".picture .row text")].some((e) => e.textContent.startsWith(${
        JSON.stringify(text)
      }))`;
    await page.until(message("<script>alert(1)</script>"));
    await page.until(message("\\x1b[2Jhello"));
    // The descriptors are those of the next sample.
    for (const label of ["TCP", "closed"]) {
      await page.until(
        `[...document.querySelectorAll(".picture .row .label")]
          .filter((e) => e.textContent.trim() === ${JSON.stringify(label)}).length === 3`,
      );
    }
    const form = program.form;
    const screenshot = COMPILED_BINARY.replace(/[^/]*$/, `status-page-${form}.png`);
    await page.screenshot(screenshot);

    await using reader = await StatusReader.open(url);
    const { workers } = await reader.until(
      ({ workers }) => Object.keys(workers).length === 3,
      "three workers",
    );
    const [victim = ""] = Object.keys(workers);
    Deno.kill(Number(victim), "SIGKILL");
    await untilServing(page, 2);
    await page.until(`document.body.textContent.includes("WTERMSIG = 9 (SIGKILL)")`);
    assertMatch((await textsOf(page, "body")).join(" "), new RegExp(`${victim}`));

    server.process.signal("SIGTERM");
    await page.until(`/finish|drain|stopping/i.test(document.querySelector("header").textContent)`);
    assertEquals(page.complaints, []);
    own.close();
    for (const client of [socat, ncat]) client.signal("SIGTERM");
    const { code } = await server.ended();
    assertEquals(code, 0, server.process.stderr.text);
  },
  { needs: ["chromium", "socat", "ncat"] },
);

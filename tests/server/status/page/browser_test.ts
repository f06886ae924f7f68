/** The status page as a real browser shows it, of a server that is played. */

import { Browser, type Page, type PageOptions } from "../../../support/browser.ts";
import { findMissingTools } from "../../../support/tools.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { PlayedServer, PlayedStatus } from "./played_status.ts";

const DESKTOP = { width: 1200, height: 900 };
const PHONE = { width: 360, height: 740 };

/** A test with a browser and a played server. At its end, the browser must not have complained of anything. */
function testPage(
  name: string,
  { server, query, ...options }: PageOptions & {
    readonly server: PlayedServer;
    readonly query: string;
  },
  look: (page: Page, status: PlayedStatus) => Promise<void>,
): void {
  const { missing, reason } = findMissingTools(["chromium"]);
  Deno.test({
    name: reason === null ? name : `${name} (${reason})`,
    ignore: reason !== null,
    fn: async () => {
      assertEquals(missing, "");
      await using browser = await Browser.start();
      await using status = new PlayedStatus(server);
      const page = await browser.openPage(options);
      await page.open(status.url + query);
      await page.until("document.querySelector('.picture') !== null");
      await look(page, status);
      assertEquals(page.complaints, []);
      // No connection is under way when the server ends.
      await page.open("about:blank");
      await page.until("location.href === 'about:blank'");
    },
  });
}

/** The texts of the elements that a selector finds. */
async function textsOf(page: Page, selector: string): Promise<string[]> {
  const texts = await page.eval(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent.trim())`,
  );
  assert(Array.isArray(texts));
  return texts.map((text) => String(text).replace(/\s+/g, " "));
}

/** Waits until the elements that a selector finds have these texts. */
async function untilTexts(page: Page, selector: string, texts: readonly string[]): Promise<void> {
  await page.until(
    `JSON.stringify([...document.querySelectorAll(${JSON.stringify(selector)})]
      .map((e) => e.textContent.trim().replace(/\\s+/g, " "))) ===
      ${JSON.stringify(JSON.stringify(texts))}`,
  );
}

/** The texts of the picture that lie on others, as the browser has drawn them. */
async function overlapsOf(page: Page): Promise<unknown> {
  return await page.eval(`(() => {
    const texts = [...document.querySelectorAll(".picture text")]
      .map((e) => ({ text: e.textContent, box: e.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    return texts.flatMap((a, index) => texts.slice(index + 1).filter((b) =>
      a.box.left < b.box.right && b.box.left < a.box.right &&
      a.box.top + 2 < b.box.bottom && b.box.top + 2 < a.box.bottom
    ).map((b) => a.text + " on " + b.text));
  })()`);
}

/** Goes to a part by the keyboard, and waits until the page explains it so. */
async function untilExplained(page: Page, selector: string, text: string): Promise<void> {
  await page.eval(`document.querySelector(${JSON.stringify(selector)}).focus()`);
  await page.until(
    `document.querySelector("#explanation").textContent.includes(${JSON.stringify(text)})`,
  );
}

testPage("a browser shows how child processes come, serve and go", {
  ...DESKTOP,
  server: new PlayedServer({ transport: "socket" }),
  query: "?lang=en",
}, async (page, status) => {
  const { server } = status;
  assertStringIncludes(
    String(await page.eval("document.querySelector('.empty').textContent")),
    "brood client 9000",
  );

  for (const id of [1, 2]) server.connects(id);
  server.happens({ event: "worker_started", workerPid: 4713 });
  server.sample({ processes: server.processes(), acceptQueue: { length: 3, backlog: 128 } });
  status.tell();
  const states = ".picture .worker .state";
  await untilTexts(page, states, ["serving", "serving", "starting"]);
  assertEquals(await textsOf(page, ".picture .worker .pid"), ["4711", "4712", "4713"]);
  assertEquals(await textsOf(page, ".picture .address"), ["127.0.0.1:51001", "127.0.0.1:51002"]);
  assertEquals(await textsOf(page, ".picture .count"), ["3 of 128 wait"]);
  const labels = await textsOf(page, ".picture .row .label");
  const ofOne = (fd: string) => [fd, "Unix-domain socket", "fd 4", "closed", "fd 6", "TCP"];
  assertEquals(labels, [
    ...ofOne("fd 10"),
    ...ofOne("fd 12"),
    "fd 14",
    "Unix-domain socket",
    "fd 4",
  ]);

  assertEquals(await overlapsOf(page), []);

  server.sends(2, "hello");
  status.tell();
  await page.until("document.querySelectorAll('.client.lit').length === 1");
  assertEquals(await textsOf(page, ".picture .message"), ["", "hello"]);
  await page.until("document.querySelectorAll('.lit').length === 0");

  // Every part can be come to by the keyboard, and says what it is.
  const worker = '.picture .worker[data-part="worker:4711"]';
  await untilExplained(page, worker, "ps -o pid,ppid,stat,etime,comm -p 4711");
  await untilExplained(page, ".picture .parent", "ps -o pid,stat,etime,comm -p 4700");
  await page.press("Tab");
  await page.until("document.querySelector('#explanation').textContent.includes('accept queue')");

  server.happens({ event: "worker_idle", workerPid: 4713 });
  server.sample({
    processes: server.processes([4711]),
    acceptQueue: { length: 0, backlog: 128 },
  });
  status.tell();
  await untilTexts(page, states, ["zombie", "serving", "idle"]);
  server.closes(1);
  server.reaps(1, { signal: "SIGKILL", zombieMs: 1200 });
  status.tell();
  await untilTexts(page, states, ["reaped", "serving", "idle"]);
  const [end = ""] = await textsOf(page, "table.ends tbody tr");
  assertStringIncludes(end, "WIFSIGNALED → true, WTERMSIG = 9 (SIGKILL)");
  assert(end.endsWith("1.2 s"), end);
  assertEquals((await textsOf(page, ".timeline .span title")).length, 3);
  await page.until("document.querySelectorAll('.picture .worker').length === 2");

  server.happens({ event: "stopping", connections: 1, graceMs: 30_000 });
  status.tell();
  await untilTexts(page, "h1 .phase", ["draining: no new connections"]);
  // The listening socket is closed when it is seen to be.
  assertEquals(await textsOf(page, ".queue .count"), ["0 of 128 wait"]);
  server.sample({ processes: server.processes() });
  status.tell();
  await untilTexts(page, ".queue .count", ["closed"]);

  // The page stays as it was where the connection is lost, and goes on when it is there again.
  status.cut();
  await page.until("document.querySelector('.notice').textContent.startsWith('Connection lost')");
  assertEquals(await textsOf(page, states), ["serving", "idle"]);
  status.restore();
  await page.until("document.querySelector('.notice.none') !== null");
  server.happens({ event: "stopped", connectionsAccepted: 2, connectionsAborted: 0 });
  status.tell();
  await page.until("document.querySelector('.notice').textContent.includes('has stopped')");
});

const HOSTILE = '<script>document.title = "owned"</script><b>\u0007\u202e\u001b[2J&lt;';

testPage(
  "on a phone, in Korean, what clients send stays text, and nothing is wider than the window",
  {
    ...PHONE,
    server: hostileServer(),
    query: "?lang=ko&theme=dark",
  },
  async (page) => {
    assertEquals(await textsOf(page, ".picture .worker .state"), ["처리 중", "처리 중", "처리 중"]);
    assertEquals(await page.eval("document.documentElement.lang"), "ko");
    assertEquals(await page.eval("document.documentElement.dataset.theme"), "dark");
    await page.eval("document.querySelector('#picture details').open = true");
    await page.until("document.querySelector('#picture td.message') !== null");
    const cells = "[...document.querySelectorAll('#picture td.message')].map((e) => e.textContent)";
    assertEquals(await page.eval(cells), [HOSTILE, HOSTILE, HOSTILE]);
    assertEquals(
      await page.eval("document.querySelectorAll('#app script, #app td b b').length"),
      0,
    );
    assertEquals(await page.eval("document.title"), "Brood 127.0.0.1:9000");
    assertEquals(
      await page.eval("document.querySelector('.picture .address').textContent"),
      "<i>host</i>:51001",
    );

    assertEquals(await page.eval("document.documentElement.scrollWidth <= innerWidth"), true);
    assertEquals(await overlapsOf(page), []);
    const reduced = [{ name: "prefers-reduced-motion", value: "reduce" }];
    const transition = "getComputedStyle(document.querySelector('.row')).transitionDuration";
    assertEquals(await page.eval(transition), "0.3s");
    await page.order("Emulation.setEmulatedMedia", { features: reduced });
    assertEquals(await page.eval(transition), "0s");
    // The buttons change how the page is shown, and its address says so.
    await page.eval("[...document.querySelectorAll('nav button')].at(-1).click()");
    await page.until("document.documentElement.dataset.size === 'large'");
    assertEquals(await page.eval("location.search"), "?lang=ko&theme=dark&large");
    assertEquals(await page.eval("document.documentElement.scrollWidth <= innerWidth"), true);
    await page.eval("document.querySelector('nav a').click()");
    await page.until("document.documentElement.lang === 'en'");
    assertEquals((await textsOf(page, ".picture .worker .state"))[0], "serving");
    // A window that is too narrow for the picture, as it is before the browser has laid out the page.
    await page.resize(100, PHONE.height);
    await page.until("document.querySelector('.picture').viewBox.baseVal.width === 320");
  },
);

function hostileServer(): PlayedServer {
  const server = new PlayedServer({ handler: `./${"long_".repeat(40)}<u>.ts` });
  for (const id of [1, 2, 3]) {
    server.connects(id, { host: "<i>host</i>" });
    server.sends(id, HOSTILE);
  }
  server.closes(4);
  return server;
}

testPage("two hundred child processes are cells, which the arrow keys go through", {
  ...DESKTOP,
  isDark: true,
  server: crowdedServer(),
  query: "",
}, async (page) => {
  assertEquals(await page.eval("document.querySelectorAll('.square').length"), 200);
  assertEquals(await page.eval("document.documentElement.dataset.theme"), "dark");
  const counts = await page.eval(
    "[...document.querySelectorAll('#picture .legend b')].map((e) => e.textContent)",
  );
  assertEquals(counts, ["0", "0", "150", "50", "0", "0"]);
  await untilExplained(page, ".grid", "ps -o pid,stat,comm --ppid 4700");
  for (const pid of [4711, 4712]) {
    await page.press("ArrowRight");
    await page.until(`document.querySelector('#explanation').textContent.includes(${pid})`);
  }
});

function crowdedServer(): PlayedServer {
  const server = new PlayedServer({ maxConnections: 400 });
  for (let id = 1; id <= 200; id++) server.connects(id);
  for (let id = 1; id <= 50; id++) server.closes(id);
  return server;
}

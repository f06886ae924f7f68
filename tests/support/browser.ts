/**
 * Debian's Chromium, driven over its DevTools protocol.
 *
 * @module
 */

import { RunningProcess, within } from "../e2e/process.ts";
import { TempFolder } from "./temp_folder.ts";

/** What a window is like. */
export interface PageOptions {
  readonly width: number;
  readonly height: number;
  readonly isDark?: boolean;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

type Params = Readonly<Record<string, unknown>>;

/** A browser of its own. Disposing ends it. */
export class Browser implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly #process: RunningProcess;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #pages = new Map<string, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(folder: TempFolder, process: RunningProcess, socket: WebSocket) {
    this.#folder = folder;
    this.#process = process;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const answer: Answer = JSON.parse(data);
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
      else this.#pages.get(answer.sessionId ?? "")?.(answer);
    });
  }

  /** Resolves to a browser that takes orders. */
  static async start(): Promise<Browser> {
    const folder = new TempFolder();
    const process = new RunningProcess([
      "chromium",
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${folder.join("browser")}`,
      "about:blank",
    ]);
    const [, url = ""] = await process.stderr.match(/^DevTools listening on (ws:.*)$/);
    const socket = new WebSocket(url);
    const opened = new Promise((resolve) => socket.addEventListener("open", resolve));
    await within(opened, () => "connection to the browser");
    return new Browser(folder, process, socket);
  }

  /** Opens a window. */
  async openPage({ width, height, isDark = false }: PageOptions): Promise<Page> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const params = { targetId, flatten: true };
    const { sessionId } = await this.send("Target.attachToTarget", params);
    const session = String(sessionId);
    const page = new Page((method, params) => this.send(method, params, session));
    this.#pages.set(session, (answer) => page.note(answer.method ?? "", answer.params ?? {}));
    await page.order("Page.enable");
    await page.order("Runtime.enable");
    await page.order("Log.enable");
    await page.order("Network.enable");
    await page.resize(width, height);
    await page.order("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: isDark ? "dark" : "light" }],
    });
    return page;
  }

  /** Gives an order, and resolves to its answer. */
  async send(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await within(
      promise,
      () => `answer to ${method} ${JSON.stringify(params)}`,
    );
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    await this.send("Browser.close");
    await within(closed, () => "end of the browser");
    await this.#process.ended();
    await this.#process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** A window. */
export class Page {
  /** What the browser complained about: errors, and what the content security policy forbids. */
  readonly complaints: string[] = [];
  readonly #send: (method: string, params: Params) => Promise<Params>;

  constructor(send: (method: string, params: Params) => Promise<Params>) {
    this.#send = send;
  }

  /** Takes what the browser tells on its own. */
  note(method: string, params: Params): void {
    const isError = method === "Runtime.consoleAPICalled" && params["type"] === "error";
    if (isError || method === "Runtime.exceptionThrown" || method === "Log.entryAdded") {
      const text = (name: string, value: unknown) => name === "stackTrace" ? undefined : value;
      this.complaints.push(JSON.stringify(params, text));
    }
  }

  /** Gives an order of the protocol. */
  async order(method: string, params: Params = {}): Promise<Params> {
    return await this.#send(method, params);
  }

  /** Makes the window so large. */
  async resize(width: number, height: number): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.order("Emulation.setDeviceMetricsOverride", metrics);
  }

  /** Goes to an address. */
  async open(url: string): Promise<void> {
    await this.order("Page.navigate", { url });
  }

  /** Resolves to the value of an expression in the page. */
  async eval(expression: string): Promise<unknown> {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.order("Runtime.evaluate", params);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as Params)["value"];
  }

  /** Resolves when an expression in the page is true. */
  async until(expression: string): Promise<void> {
    await this.eval(`new Promise((resolve) => {
      const check = () => (${expression}) ? resolve(true) : setTimeout(check, 20);
      check();
    })`);
  }

  /** Presses and releases a key. */
  async press(key: string): Promise<void> {
    const keys: Readonly<Record<string, number>> = { Tab: 9, ArrowRight: 39 };
    const params = { key, windowsVirtualKeyCode: keys[key] ?? key.charCodeAt(0) };
    await this.order("Input.dispatchKeyEvent", { type: "keyDown", ...params });
    await this.order("Input.dispatchKeyEvent", { type: "keyUp", ...params });
  }

  /** Writes a picture of the page, or of the window alone, into a file. */
  async screenshot(path: string, { isWhole = true } = {}): Promise<void> {
    const params = { captureBeyondViewport: isWhole };
    const { data } = await this.order("Page.captureScreenshot", params);
    await Deno.writeFile(path, Uint8Array.fromBase64(String(data)));
  }
}

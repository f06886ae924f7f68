import { formatSettings, parseSettings } from "../../../../server/status/page/settings.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("the language is that of the address, else the reader's first that there is, else English", () => {
  assertEquals(parseSettings("?lang=ko", ["en-US"]).language, "ko");
  assertEquals(parseSettings("?lang=xx", ["fr", "ko-KR", "en"]).language, "ko");
  assertEquals(parseSettings("", ["fr"]).language, "en");
});

Deno.test("settings go into an address and come out of it again", () => {
  for (const theme of ["auto", "light", "dark"] as const) {
    for (const isLarge of [false, true]) {
      const settings = { language: "ko", theme, isLarge } as const;
      assertEquals(parseSettings(formatSettings(settings), ["en"]), settings);
    }
  }
});

Deno.test("a theme that there is not is the system's", () => {
  assertEquals(parseSettings("?theme=pink", []).theme, "auto");
});

import { LANGUAGE_FLAG, languageOf } from "../../cli/language.ts";
import { ValueError } from "../../cli/flags.ts";
import { assertEquals, assertThrows } from "../assert.ts";

/** An environment with these variables. */
function env(variables: Record<string, string> = {}): Pick<Deno.Env, "get"> {
  return { get: (name) => variables[name] };
}

Deno.test("of the environment the strongest variable that is not empty decides", () => {
  const ofEach = (LC_ALL: string, LC_MESSAGES: string, LANG: string) =>
    languageOf([], env({ LC_ALL, LC_MESSAGES, LANG }));
  assertEquals(ofEach("ko_KR.UTF-8", "en_US", "en_US"), "ko");
  assertEquals(ofEach("", "ko_KR", "en_US"), "ko");
  assertEquals(ofEach("", "", "ko"), "ko");
  assertEquals(ofEach("C", "ko_KR", "ko_KR"), "en");
  assertEquals(ofEach("", "", "kok_IN"), "en");
  assertEquals(languageOf([], env()), "en");
});

Deno.test("the last --lang of a command line decides, wherever it stands in front of --", () => {
  const korean = env({ LANG: "ko_KR.UTF-8" });
  assertEquals(languageOf(["server", "--lang", "ko", "9000"], env()), "ko");
  assertEquals(languageOf(["--lang=ko"], env()), "ko");
  assertEquals(languageOf(["--lang=ko", "--lang", "en"], korean), "en");
  assertEquals(languageOf(["server", "--", "prog", "--lang", "ko"], env()), "en");
});

Deno.test("a --lang that is none is no answer: its error is in the environment's language", () => {
  const korean = env({ LANG: "ko_KR.UTF-8" });
  for (const args of [["--lang", "fr"], ["--lang=fr"], ["--lang"]]) {
    assertEquals([languageOf(args, korean), languageOf(args, env())], ["ko", "en"]);
  }
  assertThrows(() => LANGUAGE_FLAG.parse("fr"), ValueError, "expected en or ko");
});

Deno.test("where the environment may not be read it says nothing", () => {
  const refusing = {
    get(): string {
      throw new Deno.errors.NotCapable("env");
    },
  };
  assertEquals(languageOf([], refusing), "en");
});

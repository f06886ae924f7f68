import { assertEquals } from "../../../assert.ts";
import { runScript } from "../child_script.ts";
import { posixTest } from "../opened.ts";

/** What a script does with a connection whose other side is gone, after it sends; and its status. */
async function sendingTo(howToSend: string): Promise<string> {
  return await runScript(
    `const { dieOfBrokenPipes, sendOrDie } = await load("sockets/broken_pipe");
const { openSocketPair } = await load("sockets/socket_pair");
const { send } = await load("sockets/transfer");
const [one, other] = openSocketPair("stream");
const bytes = new Uint8Array(3);
dieOfBrokenPipes();
console.log(sendOrDie(one.number, bytes));
other.close();
try {
  ${howToSend};
} catch (error) {
  console.log(error.code);
}
console.log("lives");`,
    { shell: '"$@"; echo "status $?"' },
  );
}

posixTest("sendOrDie() ends the process where nobody reads any more, by SIGPIPE", async () => {
  assertEquals(await sendingTo("sendOrDie(one.number, bytes)"), "3\nstatus 141\n");
});

posixTest("send() does not, also where SIGPIPE would", async () => {
  assertEquals(await sendingTo("send(one, bytes)"), "3\nEPIPE\nlives\nstatus 0\n");
});

// Answers each line in upper case: brood server --handler examples/upper_case.ts 9000
import type { Handler } from "../server/handlers/handler.ts";

const upperCase: Handler = async (connection) => {
  for await (const line of connection.lines()) {
    await connection.write(`${line.toUpperCase()}\n`);
  }
};

export default upperCase;

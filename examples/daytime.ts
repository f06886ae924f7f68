// Tells the time and closes (RFC 867): brood server --handler examples/daytime.ts 1300
import type { Handler } from "../server/handlers/handler.ts";

const daytime: Handler = async (connection) => {
  await connection.write(`${new Date().toISOString()}\r\n`);
};

export default daytime;

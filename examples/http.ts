// Answers one HTTP request: brood server --handler examples/http.ts 8080
import type { Handler } from "../server/handlers/handler.ts";

const http: Handler = async (connection) => {
  let path = "";
  for await (const line of connection.lines()) {
    path ||= line.split(" ")[1] ?? "/";
    if (line === "") break;
  }
  const body = `You are client ${connection.id}, and asked for ${path}\n`;
  const { length } = new TextEncoder().encode(body);
  await connection.write(`HTTP/1.0 200 OK\r\nContent-Length: ${length}\r\n\r\n${body}`);
};

export default http;

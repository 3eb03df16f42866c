import { connect, type Socket } from "node:net";

/** Where a connection wanted to go. */
export interface Destination {
  readonly port: number;
  readonly host?: string;
}

/** What a captive portal does with a connection whose first bytes, the request, have arrived. */
export type Trick = (client: Socket, request: Buffer, destination: Destination) => void;

const signIn = "<!doctype html><title>Welcome to our Wi-Fi</title><p>Please sign in.";
/** No frame of a WebSocket begins like this: `<` sets reserved bits. */
const garbage = `<script src="http://portal.example/ad.js"></script>`;

const answer = (status: string, header: string, body: string): string =>
  `HTTP/1.1 ${status}\r\n${header}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

const withoutUpgrade = (request: Buffer): Buffer =>
  Buffer.from(request.toString("latin1").replaceAll(/\r\n(?:upgrade|connection):[^\r]*/gi, ""), "latin1");

/** Lets the request through; both ends live and die together. */
const relay = (client: Socket, request: Buffer, { port, host = "127.0.0.1" }: Destination): Socket => {
  const server = connect({ port, host, noDelay: true });
  server.on("error", () => client.destroy());
  client.once("close", () => server.destroy());
  server.write(request);
  return server;
};

/** HTTP 200 and a page, whatever is asked. */
export const showSignIn: Trick = (client) =>
  void client.end(answer("200 OK", "content-type: text/html", signIn));

const redirect: Trick = (client) =>
  void client.end(answer("302 Found", "location: http://portal.example/sign-in", ""));

const stripUpgrade: Trick = (client, request, destination) =>
  void relay(client, withoutUpgrade(request), destination).pipe(client);

const scribble: Trick = (client, request, destination) => {
  const server = relay(client, request, destination);
  client.pipe(server);
  server.once("data", (greeting: Buffer) => {
    client.write(greeting);
    client.write(garbage);
    server.pipe(client);
  });
};

const saysNothing: Trick = () => undefined;

/** By turns, from the first connection on. */
export const hostileTricks: readonly Trick[] = [redirect, stripUpgrade, scribble, saysNothing];

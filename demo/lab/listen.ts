import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const usual = 4680;

const listenOn = async (port: number): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
};

/** On the port asked for (0: any), else on the usual one, else on any. */
export const listen = async (asked: string | undefined) =>
  asked !== undefined && asked !== ""
    ? listenOn(Number(asked))
    : listenOn(usual).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EADDRINUSE") return listenOn(0);
        throw error;
      });

import { act } from "@testing-library/react";
import { StrictMode, type ReactNode } from "react";
import { ResilientSocketProvider } from "../../providers/ResilientSocketProvider.tsx";
import type { Ports } from "../../src/core/ports.ts";
import { createPage } from "../../src/testing/page.ts";
import { createWorld } from "../../src/testing/createWorld.ts";

/** Our server and our protocol, in a time that moves when told. */
export const openWorld = () => {
  const world = createWorld();
  const page = createPage(world.clock.device());
  const ports: Ports = {
    clock: page.clock,
    dice: world.dice.fork("page"),
    sensors: page.sensors,
    socket: world.network.openSocket("page", page.clock),
  };
  const pass = (ms = 1_000) => act(async () => world.advance(ms));
  const room = (children: ReactNode, connect: "mount" | "manual" = "mount") => (
    <StrictMode>
      <ResilientSocketProvider url="ws://localhost/ws" ports={ports} connect={connect}>
        {children}
      </ResilientSocketProvider>
    </StrictMode>
  );
  return { world, page, ports, pass, room };
};

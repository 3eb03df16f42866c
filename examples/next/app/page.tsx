import { ResilientSocketProvider } from "resilient-socket";
import { Room } from "./Room";

/** A server component. The provider is a client component: what it is given must be plain data, so `auth` is a URL here. */
export default function Page() {
  return (
    <ResilientSocketProvider url="ws://localhost:8080/ws" auth="/token" identity="ada">
      <Room />
    </ResilientSocketProvider>
  );
}

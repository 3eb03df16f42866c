import { useEffect } from "react";
import { useResilientClient } from "../../hooks/useResilientClient.ts";
import type { ResilientClient } from "../../src/client/ResilientClient.ts";

/** Hands the client out of the tree. */
export function Grab({ into }: { readonly into: (client: ResilientClient) => void }) {
  const client = useResilientClient();
  useEffect(() => {
    into(client);
  }, [client, into]);
  return null;
}

"use client";
import type { ReactNode } from "react";
import { ClientProvider, type ResilientSocketProviderProps } from "./ClientProvider.tsx";
import { defaultContext } from "./context.ts";

/**
 * Owns one connection for everything below it. A new `url`, `identity` or `name` is a new connection; any other prop may
 * change, inline or not, without one. Functions are read when they are called; other options are read once.
 */
export function ResilientSocketProvider(props: ResilientSocketProviderProps): ReactNode {
  return <ClientProvider {...props} context={defaultContext} />;
}

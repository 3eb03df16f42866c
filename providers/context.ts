"use client";
import * as React from "react";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { version } from "./version.ts";

export type ClientContext = React.Context<ResilientClient | null>;

// Under the react-server condition React has no contexts (nor hooks, hence `React.useX` all over): importing must work
// there, using cannot.
const create = React.createContext as typeof React.createContext | undefined;

export const createClientContext = (): ClientContext =>
  (create?.<ResilientClient | null>(null) ?? {}) as ClientContext;

/** The context of `ResilientSocketProvider` and of every hook that does not come from `createSocketHooks`. */
export const defaultContext = createClientContext();
defaultContext.displayName = "ResilientSocket";

const key = Symbol.for("resilient-socket.copies");
const page = globalThis as { [key]?: string[] };

/** Versions of all copies of this package in the page: a provider of one copy is invisible to the hooks of another. */
export const copies = (page[key] ??= []);
copies.push(version);

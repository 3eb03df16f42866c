"use client";
import { createContext, type Context } from "react";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { version } from "./version.ts";

export type ClientContext = Context<ResilientClient | null>;

export const createClientContext = (): ClientContext => createContext<ResilientClient | null>(null);

/** The context of `ResilientSocketProvider` and of every hook that does not come from `createSocketHooks`. */
export const defaultContext = createClientContext();
defaultContext.displayName = "ResilientSocket";

const key = Symbol.for("resilient-socket.copies");
const page = globalThis as { [key]?: string[] };

/** Versions of all copies of this package in the page: a provider of one copy is invisible to the hooks of another. */
export const copies = (page[key] ??= []);
copies.push(version);

"use client";
import { defaultContext } from "../providers/context.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { useTarget } from "./useTarget.ts";

/** The provider's client. Throws `NO_PROVIDER` without one. */
export const useResilientClient = (): ResilientClient => useTarget(defaultContext);

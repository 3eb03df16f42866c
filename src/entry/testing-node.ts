/** `resilient-socket/testing/node`: what needs real TCP. */
export { createChaosProxy } from "../testing/node/createChaosProxy.ts";
export type { ChaosProxy, ChaosProxyOptions, ProxiedConnection } from "../testing/node/createChaosProxy.ts";

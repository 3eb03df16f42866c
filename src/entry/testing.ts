/** `resilient-socket/testing`: pages, a network and a server in a time of their own. Runs in Node and in browsers. */
export { createWorld } from "../testing/createWorld.ts";
export type { World, WorldOptions } from "../testing/createWorld.ts";
export type { CrashOptions, Servers, ServersOptions, WorldStore } from "../testing/servers.ts";
export type { WorldServerOptions } from "../testing/serverNode.ts";
export type { Boot, TabRecord, Watch } from "../testing/boot.ts";
export type { Browser } from "../testing/browser.ts";
export type { Tab, TabOptions, TabOptionsOf } from "../testing/tab.ts";
export type { OriginLacks } from "../testing/origin.ts";
export type { Page, PageLife } from "../testing/page.ts";
export type { Network, WorldSocket } from "../testing/network.ts";
export type { Direction, Listener } from "../testing/connection.ts";
export type { Link } from "../testing/pipe.ts";
export type { FaultyStore, StoreFailure, StorePace } from "../testing/faultyStore.ts";
export { virtualClock } from "../testing/virtualClock.ts";
export type { VirtualClock, VirtualClockOptions } from "../testing/virtualClock.ts";
export type { DeviceClock } from "../testing/deviceClock.ts";
export { seededDice } from "../testing/seededDice.ts";
export type { SeededDice } from "../testing/seededDice.ts";
export { createProfile, createTabMemory } from "../testing/outboxStorage.ts";
export type { Profile, StorageFault, StoragePace, TabMemory } from "../testing/outboxStorage.ts";
export { createTestSocket } from "../testing/createTestSocket.ts";
export type {
  OpenPageOptions,
  PlainTestSocketOptions,
  StoredMessage,
  TestPage,
  TestPeer,
  TestPeerOptions,
  TestSocket,
  TestSocketOptions,
} from "../testing/createTestSocket.ts";

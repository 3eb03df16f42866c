export { sqliteStore, type SqliteStoreOptions } from "../server/store/sqliteStore.ts";

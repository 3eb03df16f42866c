/** Version of the layout below; `PRAGMA user_version` carries it. */
export const SCHEMA_VERSION = 2;

/** A *lane* is one (subject, p, channel). Runs are not stored: the log knows which number became which event. */
export const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channels (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
  seq INTEGER NOT NULL, tail TEXT NOT NULL, lam INTEGER NOT NULL, first INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS log (
  channel INTEGER NOT NULL, seq INTEGER NOT NULL, tail TEXT NOT NULL, prev TEXT NOT NULL, lam INTEGER NOT NULL,
  d TEXT NOT NULL, id TEXT, subject TEXT, p TEXT, lane INTEGER, n INTEGER, stored_at INTEGER NOT NULL,
  PRIMARY KEY (channel, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS log_lane ON log (lane, n) WHERE lane IS NOT NULL;
CREATE TABLE IF NOT EXISTS producers (
  subject TEXT NOT NULL, p TEXT NOT NULL, touched_at INTEGER NOT NULL, retired INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subject, p)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lanes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, p TEXT NOT NULL, channel TEXT NOT NULL,
  n INTEGER NOT NULL, closed INTEGER NOT NULL, touched_at INTEGER NOT NULL, UNIQUE (subject, p, channel)
);
CREATE TABLE IF NOT EXISTS verdicts (
  lane INTEGER NOT NULL, from_n INTEGER NOT NULL, to_n INTEGER NOT NULL, code TEXT NOT NULL, seq INTEGER, tail TEXT,
  PRIMARY KEY (lane, from_n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS replies (
  lane INTEGER NOT NULL, n INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (lane, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (
  channel TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, seq INTEGER NOT NULL,
  stored_at INTEGER NOT NULL, tail TEXT NOT NULL DEFAULT '', PRIMARY KEY (channel, subject, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_subject ON keys (subject);
`;

/** UTF-8 bytes of a payload; `length` alone counts characters. */
const size = "length(CAST(d AS BLOB))";

/** Layout 1 counted `channels.bytes` in other units than it took off again, and keys did not know the tail of their event. */
export const fromLayout1 = `
ALTER TABLE keys ADD COLUMN tail TEXT NOT NULL DEFAULT '';
UPDATE keys SET tail = coalesce((SELECT log.tail FROM log JOIN channels ON channels.id = log.channel
  WHERE channels.name = keys.channel AND log.seq = keys.seq), '');
UPDATE channels SET bytes = (SELECT coalesce(sum(${size}), 0) FROM log WHERE log.channel = channels.id);
`;

/** Every statement the store runs; values travel as parameters only. */
export const statements = {
  meta: "SELECT value FROM meta WHERE key = ?",
  setMeta:
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  dataVersion: "PRAGMA data_version",
  channel: "SELECT id, seq, tail, lam, first, bytes FROM channels WHERE name = ?",
  addChannel: "INSERT INTO channels (name, seq, tail, lam, first, bytes) VALUES (?, 0, '', 0, 1, 0)",
  setChannel: "UPDATE channels SET seq = ?, tail = ?, lam = ?, first = ?, bytes = ? WHERE id = ?",
  addEvent:
    "INSERT INTO log (channel, seq, tail, prev, lam, d, id, subject, p, lane, n, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  events:
    "SELECT seq, tail, prev, lam, d, id, subject, p, stored_at FROM log WHERE channel = ? AND seq >= ? ORDER BY seq LIMIT ?",
  firstYoung: "SELECT min(seq) AS seq FROM log WHERE channel = ? AND seq <= ? AND stored_at >= ?",
  sizes: `SELECT seq, ${size} AS size FROM log WHERE channel = ? ORDER BY seq`,
  sizeBelow: `SELECT coalesce(sum(${size}), 0) AS size FROM log WHERE channel = ? AND seq < ?`,
  dropBelow: "DELETE FROM log WHERE channel = ? AND seq < ?",
  lane: "SELECT id, n, closed FROM lanes WHERE subject = ? AND p = ? AND channel = ?",
  addLane: "INSERT INTO lanes (subject, p, channel, n, closed, touched_at) VALUES (?, ?, ?, 0, 0, ?)",
  setLane: "UPDATE lanes SET n = ?, closed = ?, touched_at = ? WHERE id = ?",
  runs: "SELECT n, seq FROM log WHERE lane = ? AND n > ? ORDER BY n",
  verdicts: "SELECT from_n, to_n, code, seq, tail FROM verdicts WHERE lane = ? AND to_n > ? ORDER BY from_n",
  addVerdict: "INSERT INTO verdicts (lane, from_n, to_n, code, seq, tail) VALUES (?, ?, ?, ?, ?, ?)",
  dropVerdicts: "DELETE FROM verdicts WHERE lane = ? AND to_n <= ?",
  replies: "SELECT n, text FROM replies WHERE lane = ? AND n > ? ORDER BY n",
  addReply: "INSERT INTO replies (lane, n, text) VALUES (?, ?, ?)",
  dropReplies: "DELETE FROM replies WHERE lane = ? AND n <= ?",
  producer: "SELECT touched_at FROM producers WHERE subject = ? AND p = ?",
  touchProducer:
    "INSERT INTO producers (subject, p, touched_at) VALUES (?, ?, ?) ON CONFLICT (subject, p) DO UPDATE SET touched_at = excluded.touched_at",
  retire: "UPDATE producers SET retired = 1 WHERE subject = ? AND p = ?",
  expireProducers: "DELETE FROM producers WHERE touched_at < ? OR (retired = 1 AND touched_at < ?)",
  expireLanes:
    "DELETE FROM lanes WHERE touched_at < ? AND NOT EXISTS (SELECT 1 FROM producers WHERE producers.subject = lanes.subject AND producers.p = lanes.p)",
  expireVerdicts: "DELETE FROM verdicts WHERE lane NOT IN (SELECT id FROM lanes)",
  expireReplies: "DELETE FROM replies WHERE lane NOT IN (SELECT id FROM lanes)",
  // A key lives as long as its event, and never shorter than the numbers are known.
  expireKeys:
    "DELETE FROM keys WHERE stored_at < ? AND NOT EXISTS (SELECT 1 FROM channels WHERE channels.name = keys.channel AND channels.first <= keys.seq)",
  key: "SELECT hash, seq, tail FROM keys WHERE channel = ? AND subject = ? AND key = ?",
  addKey: "INSERT INTO keys (channel, subject, key, hash, seq, tail, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  countKeys: "SELECT count(*) AS count FROM keys WHERE subject = ?",
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
} as const;

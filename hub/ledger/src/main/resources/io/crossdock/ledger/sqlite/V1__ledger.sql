-- Writes that must happen once: who claimed a request id, and what was answered.
CREATE TABLE idempotency (
  operation    TEXT    NOT NULL,
  request_id   TEXT    NOT NULL,
  fingerprint  BLOB    NOT NULL,
  owner        TEXT    NOT NULL,
  lease_until  INTEGER NOT NULL,
  answer       BLOB,
  expires_at   INTEGER NOT NULL,
  PRIMARY KEY (operation, request_id)
) WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Who did what; rows are only ever added, each carries the hash of the one before.
CREATE TABLE audit (
  sequence       INTEGER NOT NULL PRIMARY KEY,
  recorded_at    INTEGER NOT NULL,
  record         BLOB    NOT NULL,
  previous_hash  BLOB    NOT NULL,
  hash           BLOB    NOT NULL
);

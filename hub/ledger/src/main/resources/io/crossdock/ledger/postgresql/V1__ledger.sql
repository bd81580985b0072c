-- Writes that must happen once: who claimed a request id, and what was answered.
CREATE TABLE idempotency (
  operation    TEXT   NOT NULL,
  request_id   TEXT   NOT NULL,
  fingerprint  BYTEA  NOT NULL,
  owner        TEXT   NOT NULL,
  lease_until  BIGINT NOT NULL,
  answer       BYTEA,
  expires_at   BIGINT NOT NULL,
  PRIMARY KEY (operation, request_id)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Who did what; rows are only ever added, each carries the hash of the one before.
CREATE TABLE audit (
  sequence       BIGINT NOT NULL PRIMARY KEY,
  recorded_at    BIGINT NOT NULL,
  record         BYTEA  NOT NULL,
  previous_hash  BYTEA  NOT NULL,
  hash           BYTEA  NOT NULL
);

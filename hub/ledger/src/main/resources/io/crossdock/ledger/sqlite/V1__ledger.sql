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

-- Who did what; rows are only ever added, each carries the hash of the one before. The columns beside
-- the record repeat what lists are narrowed by.
CREATE TABLE audit (
  sequence        INTEGER NOT NULL PRIMARY KEY,
  recorded_at     INTEGER NOT NULL,
  actor_id        TEXT    NOT NULL,
  operation       TEXT    NOT NULL,
  subject_id      TEXT    NOT NULL,
  correlation_id  TEXT    NOT NULL,
  record          BLOB    NOT NULL,
  previous_hash   BLOB    NOT NULL,
  hash            BLOB    NOT NULL
);
CREATE INDEX audit_actor ON audit (actor_id, sequence);
CREATE INDEX audit_operation ON audit (operation, sequence);
CREATE INDEX audit_subject ON audit (subject_id, sequence);
CREATE INDEX audit_correlation ON audit (correlation_id, sequence);

-- The last row of the chain: the next one follows from it, and a chain cut short shows.
CREATE TABLE audit_head (
  one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  sequence  INTEGER NOT NULL,
  hash      BLOB    NOT NULL
);
INSERT INTO audit_head (one, sequence, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- INSERT OR REPLACE removes the old row without asking the trigger above.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
BEGIN
  SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
WHEN NEW.sequence <> OLD.sequence + 1
BEGIN
  SELECT RAISE(ABORT, 'the audit chain only grows');
END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN
  SELECT RAISE(ABORT, 'the audit chain only grows');
END;

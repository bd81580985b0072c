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

-- Who did what; rows are only ever added, each carries the hash of the one before. The columns beside
-- the record repeat what lists are narrowed by.
CREATE TABLE audit (
  sequence        BIGINT NOT NULL PRIMARY KEY,
  recorded_at     BIGINT NOT NULL,
  actor_id        TEXT   NOT NULL,
  operation       TEXT   NOT NULL,
  subject_id      TEXT   NOT NULL,
  correlation_id  TEXT   NOT NULL,
  record          BYTEA  NOT NULL,
  previous_hash   BYTEA  NOT NULL,
  hash            BYTEA  NOT NULL
);
CREATE INDEX audit_actor ON audit (actor_id, sequence);
CREATE INDEX audit_operation ON audit (operation, sequence);
CREATE INDEX audit_subject ON audit (subject_id, sequence);
CREATE INDEX audit_correlation ON audit (correlation_id, sequence);

-- The last row of the chain: the next one follows from it, and a chain cut short shows. Locked by
-- whoever appends, so that several nodes make one chain.
CREATE TABLE audit_head (
  one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  sequence  BIGINT  NOT NULL,
  hash      BYTEA   NOT NULL
);
INSERT INTO audit_head (one, sequence, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit rows are only ever added';
END;
$$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> OLD.sequence + 1 THEN
    RAISE EXCEPTION 'the audit chain only grows';
  END IF;
  RETURN NEW;
END;
$$;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_forward();
CREATE TRIGGER audit_head_no_delete BEFORE DELETE OR TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

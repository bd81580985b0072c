-- What the hub accepted without the owner, to be settled with it later.
CREATE TABLE offline_authorisations (
  operation       TEXT NOT NULL,
  request_id      TEXT NOT NULL,
  fingerprint     BYTEA NOT NULL,
  request         BYTEA NOT NULL,
  member          TEXT NOT NULL,
  store           TEXT NOT NULL,
  amount          BIGINT NOT NULL,
  correlation_id  TEXT NOT NULL,
  recorded_at     BIGINT NOT NULL,
  -- OPEN, ACCEPTED or REFUSED by the owner.
  state           TEXT NOT NULL,
  settled_at      BIGINT,
  outcome         TEXT NOT NULL,
  PRIMARY KEY (operation, request_id)
);
CREATE INDEX offline_open ON offline_authorisations (recorded_at, operation, request_id)
  WHERE state = 'OPEN';

-- What was accepted so far for a member in a day and at a store in an hour.
CREATE TABLE offline_exposure (
  scope    TEXT NOT NULL,
  period   BIGINT NOT NULL,
  amount   BIGINT NOT NULL,
  ends_at  BIGINT NOT NULL,
  PRIMARY KEY (scope, period)
);
CREATE INDEX offline_exposure_end ON offline_exposure (ends_at);

-- Timers and work that survives whoever does it.
CREATE TABLE work (
  kind      TEXT NOT NULL,
  id        TEXT NOT NULL,
  payload   BYTEA NOT NULL,
  -- From when it may be claimed: when it is due, or, while somebody does it, the end of the lease.
  free_at   BIGINT NOT NULL,
  -- The node that does it, empty when nobody does.
  owner     TEXT NOT NULL,
  -- Grows with every claim; a writer with a lower one comes too late.
  fence     BIGINT NOT NULL,
  attempts  BIGINT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX work_free ON work (kind, free_at);

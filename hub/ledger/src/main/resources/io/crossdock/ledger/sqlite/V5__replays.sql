-- Events of the past on their way to a consumer again.
CREATE TABLE replays (
  id                 INTEGER NOT NULL PRIMARY KEY,
  consumer           TEXT NOT NULL,
  selection          BLOB NOT NULL,
  dry_run            BOOLEAN NOT NULL,
  events_per_second  INTEGER NOT NULL,
  actor              BLOB NOT NULL,
  reason             TEXT NOT NULL,
  -- RUNNING, COMPLETED, STOPPED or FAILED.
  status             TEXT NOT NULL,
  failure            TEXT NOT NULL,
  -- Id of the newest event when it began, and of the last one that it is done with.
  up_to              INTEGER NOT NULL,
  position           INTEGER NOT NULL,
  matched            INTEGER NOT NULL,
  delivered          INTEGER NOT NULL,
  dead_lettered      INTEGER NOT NULL,
  started_at         INTEGER NOT NULL,
  ended_at           INTEGER
);
CREATE INDEX replays_consumer ON replays (consumer, id);
-- Two at a time could not keep the order.
CREATE UNIQUE INDEX replays_running ON replays (consumer) WHERE status = 'RUNNING' AND NOT dry_run;

-- After which event a consumer began: what lies before, it was never given in the regular way.
CREATE TABLE consumer_starts (
  consumer  TEXT NOT NULL,
  lane      INTEGER NOT NULL,
  event     INTEGER NOT NULL,
  PRIMARY KEY (consumer, lane)
) WITHOUT ROWID;

-- Events from before its start whose effect within the ledger a consumer has done in a replay.
CREATE TABLE replayed_effects (
  consumer  TEXT NOT NULL,
  event     INTEGER NOT NULL,
  PRIMARY KEY (consumer, event)
) WITHOUT ROWID;

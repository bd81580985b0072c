-- What happened. Rows are only added; the newest one is never deleted, so that ids are never given twice.
CREATE TABLE events (
  id           INTEGER NOT NULL PRIMARY KEY,
  lane         INTEGER NOT NULL,
  event_id     BLOB    NOT NULL,
  type         TEXT    NOT NULL,
  aggregate    TEXT    NOT NULL,
  key          TEXT    NOT NULL,
  sequence     INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  envelope     BLOB    NOT NULL
);
CREATE UNIQUE INDEX events_event_id ON events (event_id);
CREATE UNIQUE INDEX events_sequence ON events (aggregate, key, sequence);
CREATE INDEX events_lane ON events (lane, id);

-- The last sequence given per key; outlives the events themselves.
CREATE TABLE event_keys (
  aggregate  TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  sequence   INTEGER NOT NULL,
  PRIMARY KEY (aggregate, key)
) WITHOUT ROWID;

-- Up to which id a lane's events were forgotten.
CREATE TABLE event_floors (
  lane  INTEGER NOT NULL PRIMARY KEY,
  id    INTEGER NOT NULL
);

-- How far a group's consumer is in a lane, and which node reads for it.
CREATE TABLE consumers (
  consumer     TEXT    NOT NULL,
  lane         INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  owner        TEXT    NOT NULL,
  fence        INTEGER NOT NULL,
  lease_until  INTEGER NOT NULL,
  PRIMARY KEY (consumer, lane)
) WITHOUT ROWID;

-- Keys that are further than their lane's position: the last event whose effect was done.
CREATE TABLE consumer_keys (
  consumer   TEXT    NOT NULL,
  lane       INTEGER NOT NULL,
  aggregate  TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  event      INTEGER NOT NULL,
  PRIMARY KEY (consumer, lane, aggregate, key)
) WITHOUT ROWID;

-- Events that a consumer could not take, and those of the same key that wait behind them.
CREATE TABLE dead_letters (
  id           INTEGER NOT NULL PRIMARY KEY,
  consumer     TEXT    NOT NULL,
  lane         INTEGER NOT NULL,
  event        INTEGER NOT NULL,
  type         TEXT    NOT NULL,
  aggregate    TEXT    NOT NULL,
  key          TEXT    NOT NULL,
  status       TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  message      TEXT    NOT NULL,
  attempts     INTEGER NOT NULL,
  failed_at    INTEGER NOT NULL,
  envelope     BLOB    NOT NULL
);
CREATE UNIQUE INDEX dead_letters_event ON dead_letters (consumer, event);
CREATE INDEX dead_letters_open ON dead_letters (consumer, lane, aggregate, key, event)
  WHERE status IN ('WAITING', 'RELEASED', 'BEHIND');

-- What happened to a dead letter, with the event as it was before an edit.
CREATE TABLE dead_letter_history (
  id           INTEGER NOT NULL PRIMARY KEY,
  dead_letter  INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  action       TEXT    NOT NULL,
  actor        TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  envelope     BLOB
);
CREATE INDEX dead_letter_history_letter ON dead_letter_history (dead_letter, id);

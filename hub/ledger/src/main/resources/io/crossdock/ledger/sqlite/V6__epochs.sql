-- A position names the epoch it was issued in. A restore begins another one: ids that were given before may be given
-- again then, so that a reader's position from before it means nothing any more.
CREATE TABLE event_epochs (
  number    INTEGER NOT NULL PRIMARY KEY,
  epoch     INTEGER NOT NULL DEFAULT (abs(random() / 2)),
  began_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))
);
INSERT INTO event_epochs DEFAULT VALUES;

-- Delivery over Kafka has a place for each partition of a topic; -1 is a place in the log itself.
CREATE TABLE consumers_by_partition (
  consumer     TEXT    NOT NULL,
  lane         INTEGER NOT NULL,
  partition    INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  owner        TEXT    NOT NULL,
  fence        INTEGER NOT NULL,
  lease_until  INTEGER NOT NULL,
  PRIMARY KEY (consumer, lane, partition)
) WITHOUT ROWID;
INSERT INTO consumers_by_partition (consumer, lane, partition, position, owner, fence, lease_until)
  SELECT consumer, lane, -1, position, owner, fence, lease_until FROM consumers;
DROP TABLE consumers;
ALTER TABLE consumers_by_partition RENAME TO consumers;

CREATE TABLE consumer_keys_by_partition (
  consumer   TEXT    NOT NULL,
  lane       INTEGER NOT NULL,
  partition  INTEGER NOT NULL,
  aggregate  TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  event      INTEGER NOT NULL,
  PRIMARY KEY (consumer, lane, partition, aggregate, key)
) WITHOUT ROWID;
INSERT INTO consumer_keys_by_partition (consumer, lane, partition, aggregate, key, event)
  SELECT consumer, lane, -1, aggregate, key, event FROM consumer_keys;
DROP TABLE consumer_keys;
ALTER TABLE consumer_keys_by_partition RENAME TO consumer_keys;

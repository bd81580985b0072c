-- A position names the epoch it was issued in. A restore begins another one: ids that were given before may be given
-- again then, so that a reader's position from before it means nothing any more.
CREATE TABLE event_epochs (
  number    BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  epoch     BIGINT NOT NULL DEFAULT ('x' || substr(md5(gen_random_uuid()::text), 1, 15))::bit(60)::bigint,
  began_at  BIGINT NOT NULL DEFAULT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
);
INSERT INTO event_epochs DEFAULT VALUES;

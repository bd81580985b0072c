-- Delivery over Kafka has a place for each partition of a topic; -1 is a place in the log itself.
ALTER TABLE consumers ADD COLUMN partition BIGINT NOT NULL DEFAULT -1;
ALTER TABLE consumers ALTER COLUMN partition DROP DEFAULT;
ALTER TABLE consumers DROP CONSTRAINT consumers_pkey;
ALTER TABLE consumers ADD PRIMARY KEY (consumer, lane, partition);

ALTER TABLE consumer_keys ADD COLUMN partition BIGINT NOT NULL DEFAULT -1;
ALTER TABLE consumer_keys ALTER COLUMN partition DROP DEFAULT;
ALTER TABLE consumer_keys DROP CONSTRAINT consumer_keys_pkey;
ALTER TABLE consumer_keys ADD PRIMARY KEY (consumer, lane, partition, aggregate, key);

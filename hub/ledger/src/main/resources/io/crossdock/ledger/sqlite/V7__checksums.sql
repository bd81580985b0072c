-- CRC-32C over what does not change in a row; NULL in rows from before there were checksums. An event's has the lowest
-- 31 bits of its sequence above it.
ALTER TABLE events ADD COLUMN checksum INTEGER;
ALTER TABLE dead_letters ADD COLUMN checksum INTEGER;
ALTER TABLE offline_authorisations ADD COLUMN checksum INTEGER;
ALTER TABLE idempotency ADD COLUMN checksum INTEGER;

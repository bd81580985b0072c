-- Which events a consumer wants, one full name a line; empty means all.
CREATE TABLE consumer_types (
  consumer  TEXT NOT NULL PRIMARY KEY,
  types     TEXT NOT NULL
);

-- Written and deleted again to find out whether a database that refused a write takes one as large as the largest.
CREATE TABLE write_probe (
  one    INTEGER NOT NULL PRIMARY KEY,
  bytes  BLOB NOT NULL
);

-- A crash can interrupt a migration, so each statement can be run again.

CREATE TABLE IF NOT EXISTS pools (
  name VARCHAR(64) PRIMARY KEY,
  directory VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS images (
  pool VARCHAR(64) NOT NULL,
  file VARCHAR(128) NOT NULL,
  format VARCHAR(16) NOT NULL,
  PRIMARY KEY (pool, file),
  CONSTRAINT images_pool FOREIGN KEY (pool) REFERENCES pools (name) ON DELETE CASCADE
);

-- Jobs about images belong to no domain.
ALTER TABLE jobs ALTER COLUMN domain DROP NOT NULL;

-- A crash can interrupt a migration, so each statement can be run again.

-- Backups outlive their domains.
CREATE TABLE IF NOT EXISTS backups (
  folder VARCHAR PRIMARY KEY,
  domain UUID NOT NULL,
  document VARCHAR NOT NULL
);

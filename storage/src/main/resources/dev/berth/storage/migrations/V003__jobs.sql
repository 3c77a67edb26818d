-- A crash can interrupt a migration, so each statement can be run again.

CREATE TABLE IF NOT EXISTS jobs (
  id VARCHAR(32) PRIMARY KEY,
  domain UUID NOT NULL,
  document VARCHAR NOT NULL,
  CONSTRAINT jobs_domain FOREIGN KEY (domain) REFERENCES domains (uuid) ON DELETE CASCADE
);

-- A crash can interrupt a migration, so each statement can be run again.

CREATE TABLE IF NOT EXISTS policy_states (
  domain UUID PRIMARY KEY,
  boot VARCHAR NOT NULL,
  tries INTEGER NOT NULL,
  due_at TIMESTAMP(9) WITH TIME ZONE,
  CONSTRAINT policy_states_domain FOREIGN KEY (domain) REFERENCES domains (uuid) ON DELETE CASCADE
);

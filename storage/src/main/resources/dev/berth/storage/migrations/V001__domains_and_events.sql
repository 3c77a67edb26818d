-- A crash can interrupt a migration, so each statement can be run again.

CREATE TABLE IF NOT EXISTS meta (
  host_id UUID NOT NULL,
  commits BIGINT NOT NULL,
  next_sequence BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS domains (
  uuid UUID PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  generation BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  document VARCHAR NOT NULL,
  state VARCHAR(32) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  detail VARCHAR,
  since TIMESTAMP(9) WITH TIME ZONE NOT NULL,
  CONSTRAINT domains_name UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS launches (
  domain UUID PRIMARY KEY,
  incarnation VARCHAR NOT NULL,
  document VARCHAR NOT NULL,
  CONSTRAINT launches_domain FOREIGN KEY (domain) REFERENCES domains (uuid) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS intents (
  domain UUID PRIMARY KEY,
  verb VARCHAR NOT NULL,
  document VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  since TIMESTAMP(9) WITH TIME ZONE NOT NULL,
  CONSTRAINT intents_domain FOREIGN KEY (domain) REFERENCES domains (uuid) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS events (
  sequence BIGINT PRIMARY KEY,
  time TIMESTAMP(9) WITH TIME ZONE NOT NULL,
  domain UUID,
  name VARCHAR,
  type VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  attributes VARCHAR NOT NULL
);

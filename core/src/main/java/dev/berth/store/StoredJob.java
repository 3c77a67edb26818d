package dev.berth.store;

import java.util.UUID;

/**
 * A job as it is stored, while it goes on and for some time after its end.
 *
 * @param id unique on the host
 * @param domain whose job
 * @param document the job as JSON
 */
public record StoredJob(String id, UUID domain, String document) {}

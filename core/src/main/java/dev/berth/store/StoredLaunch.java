package dev.berth.store;

import java.util.UUID;

/**
 * A launch record as it is stored.
 *
 * @param domain whose machine
 * @param incarnation the launch's random id
 * @param document the launch record as JSON
 */
public record StoredLaunch(UUID domain, String incarnation, String document) {}

package dev.berth.store;

import java.time.Instant;
import java.util.UUID;

/**
 * An effect outside this process that is about to be attempted. A restarted host finds it and
 * decides whether it happened; see {@code docs/recovery.md}.
 *
 * @param domain whose
 * @param verb {@code start}, {@code shutdown}, {@code destroy}, {@code undefine}
 * @param document the verb's arguments as JSON
 * @param actor who asked
 * @param since when
 */
public record Intent(UUID domain, String verb, String document, String actor, Instant since) {}

package dev.berth.domain;

import dev.berth.api.Api;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A domain as it was last published by its driver. Reading one never waits.
 *
 * @param name the domain's name
 * @param uuid the domain's UUID
 * @param generation counts every published change of this domain, across restarts of the host
 * @param publishedAt when this snapshot was published; its age is the distance to now
 * @param status state, reason and since when
 * @param definition the current definition's revision and what of it waits for the next boot
 * @param machine the live machine, if there is one
 * @param operation what is being done to the domain just now
 * @param restart what the host is doing about the domain's failures, or to start it by itself;
 *     empty when it has nothing to do
 */
@Api(since = "0.1")
public record DomainSnapshot(
    DomainName name,
    UUID uuid,
    long generation,
    Instant publishedAt,
    DomainStatus status,
    DefinitionSummary definition,
    Optional<MachineSummary> machine,
    Optional<OperationSummary> operation,
    Optional<RestartSummary> restart) {

  /**
   * The definition in a snapshot.
   *
   * @param revision counts the definitions the domain has had, from 1
   * @param pending whether the machine runs an older revision, so that this one takes effect at the
   *     next boot
   * @param cpus number of virtual CPUs
   * @param memory guest RAM
   * @param labels the user's labels
   */
  public record DefinitionSummary(
      long revision, boolean pending, int cpus, ByteSize memory, Map<String, String> labels) {

    /** Copies the labels. */
    public DefinitionSummary {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * The operation in flight.
   *
   * @param verb e.g. {@code start}
   * @param actor who asked
   * @param since when it began
   */
  public record OperationSummary(String verb, String actor, Instant since) {}

  /**
   * Starts of the domain by the host itself.
   *
   * @param tries starts after a failure since the domain was last up for ten minutes, the next one
   *     included; 0 for a start because the host has booted
   * @param triesAtMost after so many the host gives up
   * @param nextTryAt when the domain is started next; empty when no start is due
   */
  public record RestartSummary(int tries, int triesAtMost, Optional<Instant> nextTryAt) {}
}

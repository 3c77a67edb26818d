package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.DomainRef;
import dev.berth.job.JobId;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.OfferCodec;
import dev.berth.migration.TargetHost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A host in another process to which guests are to go, over its connection. Thread-safe. */
final class RemoteTarget implements TargetHost {
  /** A QEMU is started there, and one that was never seen before is tried out. */
  private static final Duration READY = Duration.ofMinutes(2);

  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final RemoteHost host;

  RemoteTarget(RemoteHost host) {
    this.host = host;
  }

  @Override
  public List<String> obstacles(Offer offer) {
    return host.call(
        CallKind.READ,
        ArrivalMethods.OBSTACLES,
        ArrivalMethods.offer(offer),
        Optional.of(READY),
        MigrationMethods::obstacles);
  }

  @Override
  public Arrival prepare(Offer offer) {
    return host.call(
        CallKind.CHANGE,
        ArrivalMethods.PREPARE,
        ArrivalMethods.offer(offer),
        Optional.of(READY),
        OfferCodec::arrival);
  }

  @Override
  public List<String> obstacles(DomainOffer offer) {
    return host.call(
        CallKind.READ,
        ArrivalMethods.DOMAIN_OBSTACLES,
        ArrivalMethods.offer(offer),
        Optional.of(READY),
        MigrationMethods::obstacles);
  }

  @Override
  public Arrival reserve(DomainOffer offer) {
    return host.call(
        CallKind.CHANGE,
        ArrivalMethods.RESERVE,
        ArrivalMethods.offer(offer),
        Optional.of(READY),
        OfferCodec::arrival);
  }

  @Override
  public Arrival settle(UUID domain, JobId migration) {
    return told(ArrivalMethods.SETTLE, domain, migration);
  }

  @Override
  public Arrival await(UUID domain, JobId migration, Duration longest) {
    ObjectNode params =
        params(domain, migration).put(ArgumentCodec.TIMEOUT, WireValue.millis(longest));
    return host.callUntil(
        CallKind.READ,
        ArrivalMethods.AWAIT,
        params,
        Optional.of(longest.plus(ANSWER)),
        OfferCodec::arrival);
  }

  @Override
  public Arrival take(UUID domain, JobId migration) {
    return told(ArrivalMethods.TAKE, domain, migration);
  }

  @Override
  public Arrival discard(UUID domain, JobId migration) {
    return told(ArrivalMethods.DISCARD, domain, migration);
  }

  /** A guest stands meanwhile. */
  private Arrival told(String method, UUID domain, JobId migration) {
    return host.callUntil(
        CallKind.CHANGE,
        method,
        params(domain, migration),
        Optional.of(ANSWER),
        OfferCodec::arrival);
  }

  private static ObjectNode params(UUID domain, JobId migration) {
    return ArgumentCodec.domain(DomainRef.of(domain.toString()))
        .put(JobArguments.JOB, migration.text());
  }
}

package dev.berth.engine;

import dev.berth.job.JobId;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.TargetHost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Another host, of a version that reads no key in the offer of a domain without a machine. */
record OlderTarget(TargetHost host) implements TargetHost {
  @Override
  public List<String> obstacles(Offer offer) {
    return host.obstacles(offer);
  }

  @Override
  public Arrival prepare(Offer offer) {
    return host.prepare(offer);
  }

  @Override
  public List<String> obstacles(DomainOffer offer) {
    return host.obstacles(read(offer));
  }

  @Override
  public Arrival reserve(DomainOffer offer) {
    return host.reserve(read(offer));
  }

  private static DomainOffer read(DomainOffer offer) {
    return new DomainOffer(
        offer.migration(),
        offer.domain(),
        offer.name(),
        offer.definition(),
        offer.images(),
        offer.copies(),
        offer.from(),
        offer.boot(),
        Optional.empty());
  }

  @Override
  public Arrival settle(UUID domain, JobId migration) {
    return host.settle(domain, migration);
  }

  @Override
  public Arrival await(UUID domain, JobId migration, Duration longest) {
    return host.await(domain, migration, longest);
  }

  @Override
  public Arrival take(UUID domain, JobId migration) {
    return host.take(domain, migration);
  }

  @Override
  public Arrival discard(UUID domain, JobId migration) {
    return host.discard(domain, migration);
  }
}

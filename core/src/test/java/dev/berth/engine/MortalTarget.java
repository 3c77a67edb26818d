package dev.berth.engine;

import dev.berth.job.JobId;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.TargetHost;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Another host, whose asker may die before and after each question. */
record MortalTarget(Mortality mortality, TargetHost host) implements TargetHost {
  @Override
  public List<String> obstacles(Offer offer) {
    return host.obstacles(offer);
  }

  @Override
  public Arrival prepare(Offer offer) {
    return mortality.around("the target prepares", () -> host.prepare(offer));
  }

  @Override
  public List<String> obstacles(DomainOffer offer) {
    return host.obstacles(offer);
  }

  @Override
  public Arrival reserve(DomainOffer offer) {
    return mortality.around("the target reserves", () -> host.reserve(offer));
  }

  @Override
  public Arrival settle(UUID domain, JobId migration) {
    return mortality.around("the target settles", () -> host.settle(domain, migration));
  }

  @Override
  public Arrival await(UUID domain, JobId migration, Duration longest) {
    return host.await(domain, migration, longest);
  }

  @Override
  public Arrival take(UUID domain, JobId migration) {
    return mortality.around("the target takes", () -> host.take(domain, migration));
  }

  @Override
  public Arrival discard(UUID domain, JobId migration) {
    return mortality.around("the target forgets", () -> host.discard(domain, migration));
  }
}

package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.Offer;
import dev.berth.migration.OfferCodec;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import java.time.Duration;
import java.util.UUID;

/** The methods by which a host has another one take a machine, and their parameters. */
final class ArrivalMethods {
  /** What all of them begin with. */
  static final String PREFIX = "arrival.";

  static final String OBSTACLES = "arrival.obstacles";
  static final String PREPARE = "arrival.prepare";
  static final String DOMAIN_OBSTACLES = "arrival.domain-obstacles";
  static final String RESERVE = "arrival.reserve";
  static final String SETTLE = "arrival.settle";
  static final String AWAIT = "arrival.await";
  static final String TAKE = "arrival.take";
  static final String DISCARD = "arrival.discard";
  static final String OFFER = "offer";

  private static final Duration LONGEST = Duration.ofSeconds(30);

  private ArrivalMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        OBSTACLES,
        (host, params) -> {
          Offer offer = offer(params);
          return MigrationMethods.write(target(host).obstacles(offer));
        },
        OFFER);
    methods.call(
        PREPARE,
        (host, params) -> {
          Offer offer = offer(params);
          return OfferCodec.write(target(host).prepare(offer));
        },
        OFFER);
    methods.call(
        DOMAIN_OBSTACLES,
        (host, params) -> {
          DomainOffer offer = OfferCodec.domainOffer(offered(params));
          return MigrationMethods.write(target(host).obstacles(offer));
        },
        OFFER);
    methods.call(
        RESERVE,
        (host, params) -> {
          DomainOffer offer = OfferCodec.domainOffer(offered(params));
          return OfferCodec.write(target(host).reserve(offer));
        },
        OFFER);
    about(methods, SETTLE, TargetHost::settle);
    methods.call(
        AWAIT,
        (host, params) -> {
          UUID domain = domain(params);
          JobId migration = JobArguments.job(params);
          Duration longest = bounded(params.millis(ArgumentCodec.TIMEOUT));
          return OfferCodec.write(target(host).await(domain, migration, longest));
        },
        ArgumentCodec.DOMAIN,
        JobArguments.JOB,
        ArgumentCodec.TIMEOUT);
    about(methods, TAKE, TargetHost::take);
    about(methods, DISCARD, TargetHost::discard);
  }

  /** What is told of a migration. */
  @FunctionalInterface
  private interface Word {
    Arrival say(TargetHost target, UUID domain, JobId migration);
  }

  private static void about(Methods methods, String name, Word word) {
    methods.call(
        name,
        (host, params) -> {
          UUID domain = domain(params);
          JobId migration = JobArguments.job(params);
          return OfferCodec.write(word.say(target(host), domain, migration));
        },
        ArgumentCodec.DOMAIN,
        JobArguments.JOB);
  }

  /** A thread of this host's waits for as long: nobody has it for longer at a time. */
  static Duration bounded(Duration asked) {
    return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
  }

  private static TargetHost target(VmHost host) {
    if (host instanceof TakesMachines takes) {
      return takes.targetHost();
    }
    throw new UnsupportedException("This host takes no machines of others.");
  }

  static ObjectNode offer(Offer offer) {
    ObjectNode params = Json.object();
    params.set(OFFER, OfferCodec.write(offer));
    return params;
  }

  static ObjectNode offer(DomainOffer offer) {
    ObjectNode params = Json.object();
    params.set(OFFER, OfferCodec.write(offer));
    return params;
  }

  private static Offer offer(Params params) {
    return OfferCodec.offer(offered(params));
  }

  private static JsonNode offered(Params params) {
    JsonNode value = params.member(OFFER).orElseThrow(() -> params.missing(OFFER));
    if (!value.isObject()) {
      throw params.wrong(OFFER, "an object", value);
    }
    return value;
  }

  /** By its UUID: names are for people. */
  private static UUID domain(Params params) {
    if (ArgumentCodec.domain(params) instanceof DomainRef.ByUuid byId) {
      return byId.uuid();
    }
    throw new InvalidRequestException("Parameter '" + ArgumentCodec.DOMAIN + "' should be a UUID.");
  }
}

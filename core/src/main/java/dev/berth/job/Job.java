package dev.berth.job;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as it was last published. Reading one never waits. It goes on until {@link
 * JobState#isEnded()}, whatever becomes of the host process; its result is kept for some time.
 *
 * @param id what it is called by
 * @param target what it does, and to what
 * @param origin who asked for it, and when
 * @param status how it is
 */
@Api(since = "0.1")
public record Job(JobId id, Target target, Origin origin, Status status) {

  /** The same job, as it is now. */
  public Job with(Status now) {
    return new Job(id, target, origin, now);
  }

  /**
   * What a job does.
   *
   * @param kind what
   * @param domain UUID of the domain; empty for what is about none, such as an image
   * @param name its name
   * @param subject what of the domain, e.g. a disk's name; empty where it is about the whole. Of
   *     the host, e.g. an image's name
   */
  public record Target(
      JobKind kind, Optional<UUID> domain, Optional<DomainName> name, String subject) {

    /** What is done to that domain. */
    public Target(JobKind kind, UUID domain, DomainName name, String subject) {
      this(kind, Optional.of(domain), Optional.of(name), subject);
    }

    /** What is done to something that belongs to no domain. */
    public static Target ofHost(JobKind kind, String subject) {
      return new Target(kind, Optional.empty(), Optional.empty(), subject);
    }

    /** Whose it is, for messages: {@code domain 'web'} or {@code this host}. */
    public String owner() {
      return name.map(it -> "domain '" + it + "'").orElse("this host");
    }
  }

  /**
   * Where a job comes from.
   *
   * @param actor who asked
   * @param key what the caller calls it by, to ask for it once however often it asks
   * @param since when it began
   */
  public record Origin(String actor, Optional<String> key, Instant since) {}

  /**
   * How a job is.
   *
   * @param state whether it goes on, and how it ended
   * @param phase what it is at, or how it ended, as a stable code of its kind such as {@code
   *     waiting-for-guest}, {@code removed}
   * @param progress how far it is; empty when that is not known
   * @param detail a sentence for people; may be empty
   * @param endedAt when it ended
   * @param figures what it came to, in numbers of its kind by their names; mostly none
   */
  public record Status(
      JobState state,
      String phase,
      Optional<Progress> progress,
      String detail,
      Optional<Instant> endedAt,
      Map<String, Long> figures) {

    /** Copies the map. */
    public Status {
      figures = Map.copyOf(figures);
    }

    /** One without figures. */
    public Status(
        JobState state,
        String phase,
        Optional<Progress> progress,
        String detail,
        Optional<Instant> endedAt) {
      this(state, phase, progress, detail, endedAt, Map.of());
    }

    /** The same with those figures. */
    public Status with(Map<String, Long> numbers) {
      return new Status(state, phase, progress, detail, endedAt, numbers);
    }
  }

  /**
   * How far a job is.
   *
   * @param done so much, in a unit that depends on the kind
   * @param total of so much; it may grow
   * @param ratePerSecond how fast it goes at present; empty when nobody can tell
   * @param remaining how long it takes yet at that rate; empty when nobody can tell
   */
  public record Progress(
      long done, long total, Optional<Long> ratePerSecond, Optional<Duration> remaining) {

    /** So much of so much, at a pace that nobody can tell. */
    public static Progress of(long done, long total) {
      return new Progress(done, total, Optional.empty(), Optional.empty());
    }
  }
}

package dev.berth.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainName;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.Job.Origin;
import dev.berth.job.Job.Progress;
import dev.berth.job.Job.Status;
import dev.berth.job.Job.Target;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Jobs as JSON: in the store, on the wire, and for programs that read {@code vmctl -o json}.
 *
 * <p>A kind that this version does not know reads as {@link JobKind#UNKNOWN}. A state that it does
 * not know reads as {@link JobState#RUNNING}, after which a caller looks again, with the word in
 * the detail.
 */
public final class JobCodec {
  private JobCodec() {}

  /** A job as a JSON object. */
  public static ObjectNode write(Job job) {
    ObjectNode node = Json.object();
    node.put("id", job.id().text());
    node.put("kind", job.target().kind().text());
    job.target().domain().ifPresent(domain -> node.put("domain", domain.toString()));
    job.target().name().ifPresent(name -> node.put("name", name.text()));
    node.put("subject", job.target().subject());
    node.put("actor", job.origin().actor());
    job.origin().key().ifPresent(key -> node.put("key", key));
    node.put("since", job.origin().since().toString());
    Status status = job.status();
    node.put("state", status.state().text());
    node.put("phase", status.phase());
    status.progress().ifPresent(progress -> node.set("progress", progress(progress)));
    node.put("detail", status.detail());
    status.endedAt().ifPresent(moment -> node.put("endedAt", moment.toString()));
    if (!status.figures().isEmpty()) {
      ObjectNode figures = node.putObject("figures");
      new TreeMap<>(status.figures()).forEach(figures::put);
    }
    return node;
  }

  /** Jobs, in their order. */
  public static ArrayNode write(List<Job> jobs) {
    ArrayNode array = Json.array();
    jobs.forEach(job -> array.add(write(job)));
    return array;
  }

  /** The job that {@link #write(Job)} made that from. */
  public static Job read(JsonNode node) {
    return checked(
        () ->
            new Job(
                new JobId(Json.text(node, "id")),
                new Target(
                    JobKind.of(Json.text(node, "kind")).orElse(JobKind.UNKNOWN),
                    Json.optionalText(node, "domain").map(UUID::fromString),
                    Json.optionalText(node, "name").map(DomainName::new),
                    Json.text(node, "subject")),
                new Origin(
                    Json.text(node, "actor"),
                    Json.optionalText(node, "key"),
                    Instant.parse(Json.text(node, "since"))),
                status(node)));
  }

  /** The jobs of an array. */
  public static List<Job> list(JsonNode node) {
    return Json.elements(node).stream().map(JobCodec::read).toList();
  }

  private static Status status(JsonNode node) {
    String word = Json.text(node, "state");
    Optional<JobState> state = JobState.of(word);
    String detail = Json.text(node, "detail");
    return new Status(
        state.orElse(JobState.RUNNING),
        Json.text(node, "phase"),
        Json.optionalObject(node, "progress").map(JobCodec::progress),
        state.isPresent() ? detail : "state '" + word + "' is newer than this version; " + detail,
        Json.optionalText(node, "endedAt").map(Instant::parse),
        figures(node));
  }

  private static Map<String, Long> figures(JsonNode node) {
    Map<String, Long> figures = new HashMap<>();
    Json.optionalObject(node, "figures")
        .ifPresent(
            known ->
                known
                    .properties()
                    .forEach(
                        each -> figures.put(each.getKey(), Json.number(known, each.getKey()))));
    return figures;
  }

  private static ObjectNode progress(Progress progress) {
    ObjectNode node = Json.object();
    node.put("done", progress.done());
    node.put("total", progress.total());
    progress.ratePerSecond().ifPresent(rate -> node.put("ratePerSecond", rate));
    progress.remaining().ifPresent(left -> node.put("remainingMillis", left.toMillis()));
    return node;
  }

  private static Progress progress(ObjectNode node) {
    return new Progress(
        Json.number(node, "done"),
        Json.number(node, "total"),
        optional(Json.optionalNumber(node, "ratePerSecond")),
        optional(Json.optionalNumber(node, "remainingMillis")).map(Duration::ofMillis));
  }

  private static Optional<Long> optional(OptionalLong number) {
    return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
  }

  private static Job checked(Supplier<Job> reading) {
    try {
      return reading.get();
    } catch (InvalidRequestException | IllegalArgumentException | DateTimeException wrong) {
      throw new MalformedReplyException("no job: " + wrong.getMessage());
    }
  }
}

package dev.berth.engine.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.job.JobKind;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.store.StoredJob;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job with what a restarted host needs to know to find it again.
 *
 * @param job as it is published
 * @param facts by its kind; see {@code docs/jobs.md}
 */
public record KeptJob(Job job, Map<String, String> facts) {
  /** A fact of those that are about a machine: which it is. */
  public static final String INCARNATION = "incarnation";

  private static final String FACTS = "facts";
  private static final Logger LOG = LoggerFactory.getLogger(KeptJob.class);

  public KeptJob {
    facts = Map.copyOf(facts);
  }

  /** The same job, as it is now. */
  public KeptJob with(Job.Status status) {
    return new KeptJob(job.with(status), facts);
  }

  /** The same job, with another fact. */
  public KeptJob with(String fact, String value) {
    Map<String, String> more = new LinkedHashMap<>(facts);
    more.put(fact, value);
    return new KeptJob(job, more);
  }

  public boolean isRunning() {
    return !job.status().state().isEnded();
  }

  public String fact(String name) {
    return facts.getOrDefault(name, "");
  }

  public StoredJob stored() {
    ObjectNode document = JobCodec.write(job);
    ObjectNode node = document.putObject(FACTS);
    facts.forEach(node::put);
    return new StoredJob(job.id().text(), job.target().domain(), Json.text(document));
  }

  /** The job of that row; empty for one that this version cannot read, which is left as it is. */
  public static Optional<KeptJob> read(StoredJob stored) {
    try {
      JsonNode document = Json.read(stored.document());
      Job job = JobCodec.read(document);
      if (job.target().kind() != JobKind.UNKNOWN) {
        Map<String, String> facts = new LinkedHashMap<>();
        document
            .path(FACTS)
            .properties()
            .forEach(each -> facts.put(each.getKey(), each.getValue().asText()));
        return Optional.of(new KeptJob(job, facts));
      }
      LOG.error("Job {} is of a kind that this version does not know", stored.id());
    } catch (IOException | MalformedReplyException unreadable) {
      LOG.error("Job {} cannot be read: {}", stored.id(), unreadable.getMessage());
    }
    return Optional.empty();
  }
}

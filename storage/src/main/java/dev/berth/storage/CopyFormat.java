package dev.berth.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import dev.berth.store.StoredPool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Recovery copies as JSON that people can read. Documents stand in it as JSON where that gives back
 * the same text, else as strings. The last field is a checksum over all others.
 */
final class CopyFormat {
  private static final int FORMAT = 1;
  private static final String CHECKSUM = "crc32c";
  private static final ObjectMapper JSON = new ObjectMapper();

  private CopyFormat() {}

  static byte[] encode(RecoveryCopy copy) {
    ObjectNode root = root(copy.host());
    root.put("commit", copy.commit());
    root.put("sequence", copy.sequence());
    root.set("domain", encode(copy.domain()));
    copy.launch()
        .ifPresent(
            launch -> {
              ObjectNode node = root.putObject("launch");
              node.put("incarnation", launch.incarnation());
              putDocument(node, "record", launch.document());
            });
    copy.intent()
        .ifPresent(
            intent -> {
              ObjectNode node = root.putObject("intent");
              node.put("verb", intent.verb());
              putDocument(node, "arguments", intent.document());
              node.put("actor", intent.actor());
              node.put("since", intent.since().toString());
            });
    copy.policyState().ifPresent(state -> root.set("policyState", encode(state)));
    if (!copy.jobs().isEmpty()) {
      ObjectNode jobs = root.putObject("jobs");
      copy.jobs().forEach(job -> putDocument(jobs, job.id(), job.document()));
    }
    return sealed(root);
  }

  static byte[] encode(HostCopy copy) {
    ObjectNode root = root(copy.host());
    root.put("sequence", copy.sequence());
    return sealed(root);
  }

  static byte[] encode(PoolsCopy copy) {
    ObjectNode root = root(copy.host());
    root.put("commit", copy.commit());
    ObjectNode pools = root.putObject("pools");
    copy.pools()
        .forEach(
            pool -> {
              ObjectNode node = pools.putObject(pool.name().text());
              node.put("directory", pool.directory().toString());
              node.putObject("images");
            });
    for (StoredImage image : copy.images()) {
      ObjectNode pool = (ObjectNode) pools.get(image.name().pool().text());
      ((ObjectNode) pool.get("images")).put(image.name().file(), image.format().text());
    }
    return sealed(root);
  }

  static PoolsCopy poolsCopy(byte[] content) throws UnreadableCopyException {
    JsonNode root = open(content);
    List<StoredPool> pools = new ArrayList<>();
    List<StoredImage> images = new ArrayList<>();
    try {
      for (Map.Entry<String, JsonNode> each : object(root, "pools").properties()) {
        PoolName name = new PoolName(each.getKey());
        pools.add(new StoredPool(name, Path.of(text(each.getValue(), "directory"))));
        for (Map.Entry<String, JsonNode> image : object(each.getValue(), "images").properties()) {
          images.add(
              new StoredImage(
                  new ImageName(name, image.getKey()),
                  ImageFormat.of(image.getValue().asText()).orElseThrow()));
        }
      }
      return new PoolsCopy(host(root), number(root, "commit"), pools, images);
    } catch (RuntimeException e) {
      throw new UnreadableCopyException(e.getMessage());
    }
  }

  static RecoveryCopy domainCopy(byte[] content) throws UnreadableCopyException {
    JsonNode root = open(content);
    try {
      DomainRecord domain = domain(object(root, "domain"));
      Optional<StoredLaunch> launch = Optional.empty();
      if (root.has("launch")) {
        JsonNode node = object(root, "launch");
        launch =
            Optional.of(
                new StoredLaunch(
                    domain.uuid(), text(node, "incarnation"), document(node, "record")));
      }
      Optional<Intent> intent = Optional.empty();
      if (root.has("intent")) {
        JsonNode node = object(root, "intent");
        intent =
            Optional.of(
                new Intent(
                    domain.uuid(),
                    text(node, "verb"),
                    document(node, "arguments"),
                    text(node, "actor"),
                    Instant.parse(text(node, "since"))));
      }
      return new RecoveryCopy(
          host(root),
          number(root, "commit"),
          number(root, "sequence"),
          domain,
          launch,
          intent,
          policyState(root, domain.uuid()),
          jobs(root, domain.uuid()));
    } catch (RuntimeException e) {
      throw new UnreadableCopyException(e.getMessage());
    }
  }

  static HostCopy hostCopy(byte[] content) throws UnreadableCopyException {
    JsonNode root = open(content);
    try {
      return new HostCopy(host(root), number(root, "sequence"));
    } catch (RuntimeException e) {
      throw new UnreadableCopyException(e.getMessage());
    }
  }

  private static ObjectNode root(UUID host) {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    root.put("host", host.toString());
    return root;
  }

  private static ObjectNode encode(DomainRecord domain) {
    ObjectNode node = JSON.createObjectNode();
    node.put("uuid", domain.uuid().toString());
    node.put("name", domain.name().text());
    node.put("generation", domain.generation());
    node.put("revision", domain.revision());
    ObjectNode status = node.putObject("status");
    status.put("state", domain.status().state().text());
    status.put("reason", domain.status().reason().text());
    domain.status().detail().ifPresent(detail -> status.put("detail", detail));
    status.put("since", domain.status().since().toString());
    putDocument(node, "definition", domain.document());
    return node;
  }

  private static DomainRecord domain(JsonNode node) throws UnreadableCopyException {
    JsonNode status = object(node, "status");
    return new DomainRecord(
        UUID.fromString(text(node, "uuid")),
        new DomainName(text(node, "name")),
        number(node, "generation"),
        number(node, "revision"),
        document(node, "definition"),
        new DomainStatus(
            DomainState.of(text(status, "state")),
            StateReason.of(text(status, "reason")),
            status.has("detail") ? Optional.of(text(status, "detail")) : Optional.empty(),
            Instant.parse(text(status, "since"))));
  }

  private static ObjectNode encode(PolicyState state) {
    ObjectNode node = JSON.createObjectNode();
    node.put("boot", state.boot());
    node.put("tries", state.tries());
    state.dueAt().ifPresent(moment -> node.put("dueAt", moment.toString()));
    return node;
  }

  private static Optional<PolicyState> policyState(JsonNode root, UUID domain)
      throws UnreadableCopyException {
    if (!root.has("policyState")) {
      return Optional.empty();
    }
    JsonNode node = object(root, "policyState");
    return Optional.of(
        new PolicyState(
            domain,
            text(node, "boot"),
            Math.toIntExact(number(node, "tries")),
            node.has("dueAt")
                ? Optional.of(Instant.parse(text(node, "dueAt")))
                : Optional.empty()));
  }

  private static List<StoredJob> jobs(JsonNode root, UUID domain) throws UnreadableCopyException {
    List<StoredJob> jobs = new ArrayList<>();
    if (root.has("jobs")) {
      JsonNode node = object(root, "jobs");
      for (Map.Entry<String, JsonNode> each : node.properties()) {
        jobs.add(new StoredJob(each.getKey(), domain, document(node, each.getKey())));
      }
    }
    return jobs;
  }

  private static void putDocument(ObjectNode node, String field, String document) {
    try {
      JsonNode parsed = JSON.readTree(document);
      if (parsed.isContainerNode() && JSON.writeValueAsString(parsed).equals(document)) {
        node.set(field, parsed);
        return;
      }
    } catch (JsonProcessingException e) {
      // not JSON: kept as it is
    }
    node.put(field, document);
  }

  private static String document(JsonNode node, String field) throws UnreadableCopyException {
    JsonNode document = node.path(field);
    return document.isContainerNode() ? document.toString() : text(node, field);
  }

  private static byte[] sealed(ObjectNode root) {
    root.put(CHECKSUM, checksum(root));
    return (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode open(byte[] content) throws UnreadableCopyException {
    JsonNode parsed;
    try {
      parsed = JSON.readTree(content);
    } catch (IOException e) {
      throw new UnreadableCopyException("it is not JSON");
    }
    if (!(parsed instanceof ObjectNode root)) {
      throw new UnreadableCopyException("it is no JSON object");
    }
    int format = root.path("format").asInt();
    if (format != FORMAT) {
      throw new UnreadableCopyException("its format is " + format + ", not " + FORMAT);
    }
    JsonNode recorded = root.remove(CHECKSUM);
    if (recorded == null || !recorded.asText().equals(checksum(root))) {
      throw new UnreadableCopyException("its checksum is wrong");
    }
    return root;
  }

  private static String checksum(ObjectNode root) {
    CRC32C crc = new CRC32C();
    crc.update(root.toString().getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }

  private static UUID host(JsonNode root) throws UnreadableCopyException {
    return UUID.fromString(text(root, "host"));
  }

  private static JsonNode object(JsonNode node, String field) throws UnreadableCopyException {
    JsonNode value = node.path(field);
    if (!value.isObject()) {
      throw new UnreadableCopyException("it has no '" + field + "'");
    }
    return value;
  }

  private static String text(JsonNode node, String field) throws UnreadableCopyException {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new UnreadableCopyException("it has no '" + field + "'");
    }
    return value.textValue();
  }

  private static long number(JsonNode node, String field) throws UnreadableCopyException {
    JsonNode value = node.path(field);
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw new UnreadableCopyException("it has no '" + field + "'");
    }
    return value.longValue();
  }
}

package dev.berth.engine.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidStateException;
import dev.berth.json.Json;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockDirtyInfo;
import dev.berth.qapi.block.BlockInfo;
import dev.berth.qapi.block.BlockStats;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qapi.block.QueryBlockstats;
import dev.berth.qapi.block.QueryNamedBlockNodes;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobType;
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What block nodes a QEMU has. Whoever wants to know asks here, since QEMU 5.2 dies (SIGSEGV) of
 * {@code query-named-block-nodes} while a backup job is over and not dismissed, which the one of a
 * host that has died may be, or another's. 7.2 does not; what is in between is not trusted.
 *
 * <p>Whether a job is over can change between two commands, so that such a QEMU is not asked while
 * it has one at all.
 */
public record BlockNodes(QmpConnection qmp) {
  private static final String QUERY = "query-named-block-nodes";
  private static final Pattern SAME_FOR_PEOPLE =
      Pattern.compile("\\s*info\\s+block\\s(.*\\s)?-\\w*n\\w*(\\s.*)?");

  /** Asks for all of it, as QEMU tells it. */
  private record All() implements QmpCommand<JsonNode> {
    @Override
    public String command() {
      return QUERY;
    }

    @Override
    public ObjectNode arguments() {
      return Json.object().put("flat", true);
    }

    @Override
    public JsonNode decode(JsonNode value) {
      return value;
    }
  }

  /** All of them; empty while this QEMU must not be asked. */
  public CompletionStage<Optional<JsonNode>> all() {
    return mayBeAsked()
        .thenCompose(
            may ->
                may
                    ? qmp.send(new All()).thenApply(Optional::of)
                    : CompletableFuture.completedStage(Optional.empty()));
  }

  /** Their names. For a thread that may wait for QEMU. */
  public Set<String> names() throws InterruptedException {
    Stream<Optional<String>> names =
        isDelicate() // this it answers at any time
            ? qmp
                .execute(QueryBlockstats.builder().queryNodes(true).build(), Deadline.none())
                .stream()
                .map(BlockStats::nodeName)
            : qmp.execute(new QueryNamedBlockNodes(), Deadline.none()).stream()
                .map(BlockDeviceInfo::nodeName);
    return names.flatMap(Optional::stream).collect(Collectors.toSet());
  }

  /**
   * Whether one has a bitmap of that name. For a thread that may wait for QEMU.
   *
   * @param node that a guest's device has, unless a backup of it goes on
   */
  public boolean hasBitmap(String node, String bitmap) throws InterruptedException {
    boolean may = !isDelicate() || isWithoutBackup(qmp.execute(new QueryJobs(), Deadline.none()));
    Stream<BlockDeviceInfo> nodes =
        may
            ? qmp.execute(new QueryNamedBlockNodes(), Deadline.none()).stream()
            : qmp.execute(new QueryBlock(), Deadline.none()).stream()
                .map(BlockInfo::inserted)
                .flatMap(Optional::stream);
    return nodes
        .filter(it -> it.nodeName().equals(Optional.of(node)))
        .flatMap(it -> it.dirtyBitmaps().orElse(List.of()).stream())
        .map(BlockDirtyInfo::name)
        .anyMatch(Optional.of(bitmap)::equals);
  }

  /** Whether somebody who sends that by hand asks for them. */
  public static boolean isAskedFor(HandCommand command) {
    String forPeople = command.arguments().path("command-line").asText();
    return command.name().equals(QUERY) || SAME_FOR_PEOPLE.matcher(forPeople).matches();
  }

  /**
   * Completes when somebody may ask by hand.
   *
   * @return fails with {@link InvalidStateException} when QEMU might die of it
   */
  public CompletionStage<?> requireAskable() {
    return mayBeAsked()
        .thenAccept(
            may -> {
              if (!may) {
                throw new InvalidStateException(
                    "Cannot ask for all block nodes: QEMU "
                        + qmp.greeting().version()
                        + " may crash of it while it has a backup job. Wait until that is"
                        + " dismissed, or send 'query-block'. Nothing was sent.");
              }
            });
  }

  private CompletionStage<Boolean> mayBeAsked() {
    return isDelicate()
        ? qmp.send(new QueryJobs()).thenApply(BlockNodes::isWithoutBackup)
        : CompletableFuture.completedStage(true);
  }

  private boolean isDelicate() {
    return qmp.greeting().isBefore(7, 2);
  }

  private static boolean isWithoutBackup(List<JobInfo> jobs) {
    return jobs.stream().noneMatch(job -> job.type().equals(JobType.BACKUP));
  }
}

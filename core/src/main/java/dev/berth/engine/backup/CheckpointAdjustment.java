package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.CheckpointName;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.backup.BackupPlan.Marks;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.step.Verb;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qmp.QmpConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * A checkpoint begins: on each of its disks a new bitmap is noted in, in the place of the one
 * before, all in one transaction. The bitmaps are all there is of it.
 *
 * @param name what it is called
 * @param disks of which it is wanted; empty for all that can have one
 * @param marks its bitmaps; none before they are planned
 */
public record CheckpointAdjustment(CheckpointName name, Set<String> disks, List<NewMark> marks)
    implements Adjustment {
  public static final String WHAT = "checkpoint";
  private static final String MARKS = "marks";

  /**
   * A bitmap that begins.
   *
   * @param node of the disk
   * @param next its name
   * @param last the one that is noted in until then
   */
  public record NewMark(String node, String next, Optional<String> last) {}

  public CheckpointAdjustment {
    disks = Set.copyOf(disks);
    marks = List.copyOf(marks);
  }

  public static CheckpointAdjustment read(String name, ObjectNode facts) {
    List<NewMark> marks = new ArrayList<>();
    for (JsonNode mark : Json.array(facts, MARKS)) {
      marks.add(
          new NewMark(
              Json.text(mark, "node"), Json.text(mark, "next"), Json.optionalText(mark, "last")));
    }
    return new CheckpointAdjustment(new CheckpointName(name), Set.of(), marks);
  }

  @Override
  public Verb verb() {
    return Verb.CHECKPOINT;
  }

  @Override
  public String what() {
    return WHAT;
  }

  @Override
  public String subject() {
    return name.text();
  }

  @Override
  public String value() {
    return "begun";
  }

  @Override
  public ObjectNode facts() {
    ObjectNode facts = Json.object();
    ArrayNode all = facts.putArray(MARKS);
    for (NewMark mark : marks) {
      ObjectNode node = all.addObject().put("node", mark.node()).put("next", mark.next());
      mark.last().ifPresent(last -> node.put("last", last));
    }
    return facts;
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return true;
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    return Optional.empty();
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    return launch;
  }

  @Override
  public CompletableFuture<Adjustment> prepared(
      QmpConnection qmp, LaunchRecord launch, Optional<DomainDefinition> definition) {
    return qmp.send(new QueryBlock())
        .thenApply(devices -> planned(BackupSource.of(launch, devices), JobId.random()));
  }

  /**
   * The same with its bitmaps.
   *
   * @param id tells them from all others
   */
  public CheckpointAdjustment planned(List<BackupSource> sources, JobId id) {
    requireThere(sources);
    if (sources.stream()
        .flatMap(source -> source.checkpoints().stream())
        .anyMatch(it -> it.name().equals(Optional.of(name)))) {
      throw new AlreadyExistsException(
          cannot() + "there is one of that name. Choose another, or delete that one.");
    }
    long sequence = 1 + BackupPlanner.lastMarked(sources);
    List<NewMark> planned = new ArrayList<>();
    List<String> obstacles = new ArrayList<>();
    for (BackupSource source : sources) {
      Optional<String> obstacle = obstacle(source);
      if (obstacle.isEmpty() && isWanted(source)) {
        planned.add(
            new NewMark(
                source.node(),
                Checkpoint.bitmap(sequence, id, source.disk(), name),
                source.recording().map(Checkpoint::bitmap)));
      } else if (isWanted(source)) {
        obstacles.add("disk '" + source.disk() + "': " + obstacle.orElseThrow());
      }
    }
    if (planned.isEmpty() || (!disks.isEmpty() && !obstacles.isEmpty())) {
      throw new InvalidStateException(
          cannot()
              + (obstacles.isEmpty() ? "there is no disk" : String.join("; ", obstacles))
              + ". Name disks that are qcow2 and have no iothread.");
    }
    return new CheckpointAdjustment(name, disks, planned);
  }

  private boolean isWanted(BackupSource source) {
    return disks.isEmpty() || disks.contains(source.disk());
  }

  private void requireThere(List<BackupSource> sources) {
    Set<String> absent = new TreeSet<>(disks);
    sources.forEach(source -> absent.remove(source.disk()));
    if (!absent.isEmpty()) {
      throw new InvalidRequestException(
          "disks: the machine has no disk "
              + String.join(", ", absent)
              + " that the guest can write to; it has "
              + String.join(", ", sources.stream().map(BackupSource::disk).sorted().toList())
              + ".");
    }
  }

  private static Optional<String> obstacle(BackupSource source) {
    if (!source.keepsCheckpoints()) {
      return Optional.of("a " + source.driver() + " image keeps no note of what is written");
    }
    return source.hasThread()
        ? Optional.of("its iothread writes while one note takes the place of the other")
        : Optional.empty();
  }

  private String cannot() {
    return "Cannot make checkpoint '" + name + "': ";
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    ArrayNode actions = Json.array();
    for (NewMark mark : marks) {
      new DiskMarks(qmp, mark.node())
          .begin(actions, new Marks(mark.next(), mark.last(), List.of()));
    }
    return qmp.send(DiskMarks.transaction(actions));
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    return qmp.send(new QueryBlock())
        .thenApply(
            devices -> {
              List<BackupSource> sources = BackupSource.of(launch, devices);
              return marks.stream()
                  .allMatch(
                      mark ->
                          sources.stream()
                              .filter(source -> source.node().equals(mark.node()))
                              .anyMatch(source -> source.checkpoint(mark.next()).isPresent()));
            });
  }
}

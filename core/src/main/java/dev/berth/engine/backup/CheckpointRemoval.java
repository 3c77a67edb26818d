package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.CheckpointName;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qmp.QmpConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A checkpoint is forgotten: on each of its disks what is noted in its bitmap goes to the one
 * before it, which is noted in again if this one was, all in one transaction. So nothing is missing
 * from what stands on older ones.
 *
 * @param name what it is called
 * @param marks its bitmaps; none before they are found
 */
public record CheckpointRemoval(CheckpointName name, List<OldMark> marks) implements Adjustment {
  public static final String WHAT = "checkpoint-removal";
  private static final String MARKS = "marks";

  /**
   * A bitmap that goes.
   *
   * @param node of the disk
   * @param bitmap its name
   * @param recording whether it is the one that is noted in
   * @param before the one before it, if that is of use
   */
  public record OldMark(String node, String bitmap, boolean recording, Optional<String> before) {}

  public CheckpointRemoval {
    marks = List.copyOf(marks);
  }

  public static CheckpointRemoval read(String name, ObjectNode facts) {
    List<OldMark> marks = new ArrayList<>();
    for (JsonNode mark : Json.array(facts, MARKS)) {
      marks.add(
          new OldMark(
              Json.text(mark, "node"),
              Json.text(mark, "bitmap"),
              Json.flag(mark, "recording"),
              Json.optionalText(mark, "before")));
    }
    return new CheckpointRemoval(new CheckpointName(name), marks);
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
    return "deleted";
  }

  @Override
  public ObjectNode facts() {
    ObjectNode facts = Json.object();
    ArrayNode all = facts.putArray(MARKS);
    for (OldMark mark : marks) {
      ObjectNode node =
          all.addObject()
              .put("node", mark.node())
              .put("bitmap", mark.bitmap())
              .put("recording", mark.recording());
      mark.before().ifPresent(before -> node.put("before", before));
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
    return qmp.send(new QueryBlock()).thenApply(devices -> found(BackupSource.of(launch, devices)));
  }

  /** The same with its bitmaps. */
  public CheckpointRemoval found(List<BackupSource> sources) {
    List<OldMark> found = new ArrayList<>();
    for (BackupSource source : sources) {
      Optional<Checkpoint> before = Optional.empty();
      for (Checkpoint checkpoint : source.checkpoints()) {
        if (checkpoint.name().equals(Optional.of(name))) {
          found.add(mark(source, checkpoint, before));
        }
        before = Optional.of(checkpoint);
      }
    }
    if (found.isEmpty()) {
      throw new NotFoundException(
          "There is no checkpoint '" + name + "'. Those that backups began go with them.");
    }
    return new CheckpointRemoval(name, found);
  }

  private OldMark mark(BackupSource source, Checkpoint checkpoint, Optional<Checkpoint> before) {
    if (checkpoint.inconsistent()) {
      throw new InvalidStateException(
          "Cannot delete checkpoint '"
              + name
              + "': what disk '"
              + source.disk()
              + "' has of it is broken. The next backup removes it.");
    }
    return new OldMark(
        source.node(),
        checkpoint.bitmap(),
        checkpoint.recording(),
        before.filter(it -> !it.inconsistent()).map(Checkpoint::bitmap));
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    ArrayNode actions = Json.array();
    for (OldMark mark : marks) {
      new DiskMarks(qmp, mark.node()).removeInto(actions, mark);
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
                  .noneMatch(
                      mark ->
                          sources.stream()
                              .anyMatch(source -> source.checkpoint(mark.bitmap()).isPresent()));
            });
  }
}

package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainName;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.device.DiskBackend;
import dev.berth.engine.step.OpenedFiles;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.machine.MediumPlan;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockSetIoThrottle;
import dev.berth.qapi.block.BlockdevCloseTray;
import dev.berth.qapi.block.BlockdevOpenTray;
import dev.berth.qapi.block.BlockdevRemoveMedium;
import dev.berth.qmp.QmpConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A medium gets into an empty drive: its image is opened and passed, its nodes are added and put
 * in, and the tray is closed.
 *
 * @param medium absolute path of a raw image
 * @param planned the plan, in a record that has nothing else; empty until it is prepared
 * @param work where it is done; empty in a host that only finds out whether it was
 */
record InsertAdjustment(
    String drive, Path medium, Optional<LaunchRecord> planned, Optional<DriveWork> work)
    implements Adjustment {
  static final String WHAT = "medium";
  private static final String PLAN = "plan";
  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();

  InsertAdjustment {
    if (!medium.isAbsolute()) {
      throw new InvalidRequestException("medium: must be an absolute path, is '" + medium + "'.");
    }
  }

  InsertAdjustment(String drive, Path medium, DriveWork work) {
    this(drive, medium, Optional.empty(), Optional.of(work));
  }

  static InsertAdjustment read(String drive, ObjectNode facts) {
    try {
      return new InsertAdjustment(
          drive,
          Path.of(Json.text(facts, WHAT)),
          Optional.of(LAUNCHES.read(Json.text(facts, PLAN))),
          Optional.empty());
    } catch (MalformedReplyException malformed) {
      throw new IllegalArgumentException(malformed.getMessage(), malformed);
    }
  }

  private MediumPlan plan() {
    return MediumPlan.in(planned.orElseThrow());
  }

  @Override
  public Verb verb() {
    return Verb.ADJUST_DISK;
  }

  @Override
  public String what() {
    return WHAT;
  }

  @Override
  public String subject() {
    return drive;
  }

  @Override
  public String value() {
    return medium.toString();
  }

  @Override
  public ObjectNode facts() {
    return Json.object()
        .put(WHAT, medium.toString())
        .put(PLAN, LAUNCHES.write(planned.orElseThrow()));
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return DiskBackend.find(launch, drive).isPresent();
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    Optional<Disk> defined = definition.disk(drive);
    if (defined.filter(disk -> disk.device() != DiskDevice.CDROM).isPresent()) {
      throw DriveWork.noDrive(definition.name(), drive);
    }
    return defined.map(
        present ->
            definition.replacing(each -> each.name().equals(drive) ? each.holding(medium) : each));
  }

  @Override
  public void check(DomainName domain, Optional<LaunchRecord> launch) {
    launch.ifPresent(
        it -> {
          DeviceRecord device = DriveWork.drive(it, drive);
          if (!device.nodes().isEmpty()) {
            throw new InvalidStateException(
                "Cannot insert "
                    + medium
                    + " into drive '"
                    + drive
                    + "' of domain '"
                    + domain
                    + "': there is a medium in it. Eject that one first.");
          }
        });
  }

  @Override
  public CompletableFuture<Adjustment> prepared(
      QmpConnection qmp, LaunchRecord launch, Optional<DomainDefinition> definition) {
    Disk disk =
        definition
            .flatMap(it -> it.disk(drive))
            .filter(it -> it.device() == DiskDevice.CDROM)
            .orElseGet(this::usual)
            .holding(medium);
    DriveWork here = work.orElseThrow();
    return here.run(
        launch,
        deadline -> {
          MediumPlan plan = here.launcher().planMedium(qmp, launch, disk, deadline);
          return new InsertAdjustment(drive, medium, Optional.of(plan.alone(launch)), work);
        });
  }

  private Disk usual() {
    return new Disk(
        drive, DiskDevice.CDROM, DiskFormat.RAW, Optional.<Path>empty(), Access.READ_ONLY);
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    DriveWork here = work.orElseThrow();
    return here.run(
        launch,
        deadline -> {
          here.host().filesInChange().requireNone(OpenedFiles.of(steps()));
          here.launcher().insertMedium(qmp, launch, plan(), deadline);
          return this;
        });
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    return DiskBackend.query(qmp, DiskBackend.device(launch, drive))
        .thenApply(
            medium -> medium.flatMap(BlockDeviceInfo::nodeName).equals(Optional.of(plan().node())));
  }

  /** A medium that is in and cannot be limited as the drive is comes out again. */
  @Override
  public CompletableFuture<Boolean> completed(QmpConnection qmp, LaunchRecord launch) {
    return isDone(qmp, launch)
        .thenCompose(
            isIn -> isIn ? limited(qmp, launch) : CompletableFuture.completedFuture(false));
  }

  private CompletableFuture<Boolean> limited(QmpConnection qmp, LaunchRecord launch) {
    Optional<Execute> limits = plan().limits();
    return limits.isEmpty()
        ? CompletableFuture.completedFuture(true)
        : qmp.send(BlockSetIoThrottle.read(limits.get().arguments()))
            .thenApply(limited -> true)
            .exceptionallyCompose(
                failure ->
                    Answers.cause(failure) instanceof QemuRefusedException
                        ? takenOut(qmp, launch)
                        : CompletableFuture.failedFuture(failure));
  }

  private CompletableFuture<Boolean> takenOut(QmpConnection qmp, LaunchRecord launch) {
    String id = DiskThrottle.backend(DiskBackend.device(launch, drive));
    return qmp.send(new BlockdevOpenTray(Optional.empty(), Optional.of(id), Optional.of(true)))
        .thenCompose(open -> qmp.send(new BlockdevRemoveMedium(id)))
        .thenApply(out -> false);
  }

  /** A host that ended may have left the tray open, or nodes that are in no drive. */
  @Override
  public CompletableFuture<?> tidied(QmpConnection qmp, LaunchRecord launch, boolean isSo) {
    if (!isSo) {
      return DeviceParts.free(qmp, plan().backends());
    }
    Optional<String> id = Optional.of(DiskThrottle.backend(DiskBackend.device(launch, drive)));
    return qmp.send(new BlockdevCloseTray(Optional.empty(), id));
  }

  @Override
  public List<AssemblyStep> steps() {
    return planned.map(LaunchRecord::assembly).orElse(List.of());
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    return plan().onto(launch);
  }
}

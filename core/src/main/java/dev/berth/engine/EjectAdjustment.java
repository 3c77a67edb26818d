package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainName;
import dev.berth.domain.DurationText;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.device.DiskBackend;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Timers;
import dev.berth.error.InvalidStateException;
import dev.berth.host.Ejection;
import dev.berth.json.Json;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.DriveMedium;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.qapi.block.BlockdevCloseTray;
import dev.berth.qapi.block.BlockdevOpenTray;
import dev.berth.qapi.block.BlockdevRemoveMedium;
import dev.berth.qapi.block.QueryBlock;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * A medium leaves its drive. A guest that reads it holds the tray: it is asked, and opens the tray
 * or does not; without the tray open nothing is taken out. Holds no thread while a guest thinks.
 *
 * @param ejection whether the guest is asked
 * @param patience how long the guest may take
 * @param timers when that is over; empty in a host that only finds out whether it was done
 */
record EjectAdjustment(String drive, Ejection ejection, Duration patience, Optional<Timers> timers)
    implements Adjustment {
  /** How long a guest may take when its caller says nothing. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** One that another host began. */
  EjectAdjustment(String drive) {
    this(drive, Ejection.ASKED, PATIENCE, Optional.empty());
  }

  /** How long a guest may take, so that its caller is still there to be told. */
  static Duration patience(Optional<Duration> deadline) {
    return deadline.map(it -> it.multipliedBy(3).dividedBy(4)).orElse(PATIENCE);
  }

  @Override
  public Verb verb() {
    return Verb.ADJUST_DISK;
  }

  @Override
  public String what() {
    return InsertAdjustment.WHAT;
  }

  @Override
  public String subject() {
    return drive;
  }

  @Override
  public String value() {
    return "none";
  }

  @Override
  public ObjectNode facts() {
    return Json.object();
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return DiskBackend.find(launch, drive).isPresent();
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    if (definition.disk(drive).filter(disk -> disk.device() != DiskDevice.CDROM).isPresent()) {
      throw DriveWork.noDrive(definition.name(), drive);
    }
    return definition
        .disk(drive)
        .map(
            present ->
                definition.replacing(each -> each.name().equals(drive) ? each.emptied() : each));
  }

  @Override
  public void check(DomainName domain, Optional<LaunchRecord> launch) {
    launch.ifPresent(
        it -> {
          if (DriveWork.drive(it, drive).nodes().isEmpty()) {
            throw new InvalidStateException(
                cannot(it)
                    + "there is none in it. Change the definition only, if that still has one.");
          }
        });
  }

  private String cannot(LaunchRecord launch) {
    return "Cannot eject the medium of drive '"
        + drive
        + "' of domain '"
        + launch.subject().name()
        + "': ";
  }

  /** QEMU answers when it has asked the guest; the tray is open when that says so. */
  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    DeviceRecord device = DiskBackend.device(launch, drive);
    String id = DiskThrottle.backend(device);
    Optional<Boolean> force = Optional.of(ejection == Ejection.FORCED);
    Expectation opened = qmp.expect(event -> isOpening(event, id));
    return qmp.send(new BlockdevOpenTray(Optional.empty(), Optional.of(id), force))
        .thenCompose(asked -> isOpen(qmp, id))
        .thenCompose(
            isOpen ->
                isOpen ? CompletableFuture.completedFuture(true) : letGo(opened.future(), launch))
        .whenComplete((open, failure) -> opened.close())
        .thenCompose(open -> qmp.send(new BlockdevRemoveMedium(id)));
  }

  /** Completes when the guest has let go; fails when it takes longer than anybody has patience. */
  private CompletableFuture<Boolean> letGo(
      CompletableFuture<QmpEvent> opened, LaunchRecord launch) {
    Future<?> end =
        timers.orElseThrow().after(patience, () -> opened.completeExceptionally(held(launch)));
    return opened.thenApply(event -> true).whenComplete((open, failure) -> end.cancel(false));
  }

  private InvalidStateException held(LaunchRecord launch) {
    return new InvalidStateException(
        cannot(launch)
            + "its guest was asked, and has not let go of it within "
            + DurationText.print(patience)
            + ". Unmount it in the guest and try again, or eject it by force, which takes it from"
            + " the guest.");
  }

  private static boolean isOpening(QmpEvent event, String id) {
    return event.name().equals("DEVICE_TRAY_MOVED")
        && event.data().path("id").asText().equals(id)
        && event.data().path("tray-open").asBoolean();
  }

  private static CompletableFuture<Boolean> isOpen(QmpConnection qmp, String id) {
    return qmp.send(new QueryBlock())
        .thenApply(
            all ->
                all.stream()
                    .filter(each -> each.qdev().equals(Optional.of(id)))
                    .anyMatch(each -> each.trayOpen().orElse(true)));
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    return DiskBackend.query(qmp, DiskBackend.device(launch, drive)).thenApply(Optional::isEmpty);
  }

  /** What stays is in a closed tray: a host that ended may have left that open. */
  @Override
  public CompletableFuture<?> tidied(QmpConnection qmp, LaunchRecord launch, boolean isSo) {
    DeviceRecord device = DiskBackend.device(launch, drive);
    if (isSo) {
      return DeviceParts.free(qmp, DriveMedium.backends(launch, device));
    }
    Optional<String> id = Optional.of(DiskThrottle.backend(device));
    return qmp.send(new BlockdevCloseTray(Optional.empty(), id));
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    return DriveMedium.ejected(launch, DiskBackend.device(launch, drive));
  }
}

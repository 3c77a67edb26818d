package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.ThrottleDocument;
import dev.berth.domain.DomainName;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.device.DiskBackend;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidStateException;
import dev.berth.json.Json;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.qapi.block.BlockDeviceInfo;
import dev.berth.qapi.block.BlockSetIoThrottle;
import dev.berth.qmp.QmpConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A disk gets other limits, and with it the disks of its group. */
record ThrottleAdjustment(String disk, Throttle throttle) implements Adjustment {
  static final String WHAT = "throttle";

  static ThrottleAdjustment read(String disk, ObjectNode facts) {
    return new ThrottleAdjustment(
        disk, ThrottleDocument.read(AdjustIntent.document(facts.path(WHAT))));
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
    return disk;
  }

  @Override
  public String value() {
    return throttle.isLimited() ? ThrottleDocument.write(throttle).toString() : "none";
  }

  @Override
  public ObjectNode facts() {
    return Json.object().set(WHAT, ThrottleDocument.write(throttle));
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return DiskBackend.find(launch, disk).isPresent();
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    return definition.disk(disk).map(present -> definition.replacing(this::limited));
  }

  private Disk limited(Disk each) {
    return each.name().equals(disk) || throttle.sharesWith(each.throttle())
        ? each.throttledBy(throttle)
        : each;
  }

  @Override
  public void check(DomainName domain, Optional<LaunchRecord> launch) {
    if (launch.filter(it -> DiskBackend.device(it, disk).nodes().isEmpty()).isPresent()) {
      throw new InvalidStateException(
          "Cannot limit disk '"
              + disk
              + "' of domain '"
              + domain
              + "': there is no medium in it, and QEMU limits none without. Change the definition"
              + " only, which takes effect at the next boot.");
    }
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    DeviceRecord device = DiskBackend.device(launch, disk);
    return qmp.send(BlockSetIoThrottle.read(DiskThrottle.step(device, throttle).arguments()));
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    return DiskBackend.query(qmp, DiskBackend.device(launch, disk))
        .thenApply(medium -> medium.filter(this::isSo).isPresent());
  }

  private boolean isSo(BlockDeviceInfo info) {
    Rates bytes =
        new Rates(
            rate(info.bps(), info.bpsMax(), info.bpsMaxLength()),
            rate(info.bpsRd(), info.bpsRdMax(), info.bpsRdMaxLength()),
            rate(info.bpsWr(), info.bpsWrMax(), info.bpsWrMaxLength()));
    Rates operations =
        new Rates(
            rate(info.iops(), info.iopsMax(), info.iopsMaxLength()),
            rate(info.iopsRd(), info.iopsRdMax(), info.iopsRdMaxLength()),
            rate(info.iopsWr(), info.iopsWrMax(), info.iopsWrMaxLength()));
    return bytes.equals(throttle.bytes()) && operations.equals(throttle.operations());
  }

  private static Rate rate(long average, Optional<Long> burst, Optional<Long> seconds) {
    return new Rate(average, burst.orElse(0L), Math.toIntExact(seconds.orElse(1L)));
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    return DiskThrottle.onto(launch, DiskBackend.device(launch, disk), throttle);
  }
}

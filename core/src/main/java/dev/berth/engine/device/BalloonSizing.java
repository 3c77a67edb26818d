package dev.berth.engine.device;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.job.JobKind;
import dev.berth.machine.Dimms;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.machine.Balloon;
import dev.berth.qapi.machine.QueryBalloon;
import dev.berth.qmp.QmpConnection;
import java.util.concurrent.CompletableFuture;

/**
 * So much of what a machine was started with, besides what the guest's balloon takes. QEMU counts
 * no memory that came by virtio-mem, but DIMMs (its {@code get_current_ram_size}): these are added
 * to what it is told and taken off what it tells. A guest without a driver never follows, and QEMU
 * cannot tell it from one that takes its time.
 */
public record BalloonSizing(ByteSize size) implements Sizing {

  public BalloonSizing {
    if (size.bytes() == 0 || size.bytes() % (1 << 20) != 0) {
      throw new InvalidRequestException(
          "memory: must be a multiple of 1MiB and not 0, is " + size + ".");
    }
  }

  @Override
  public Verb verb() {
    return Verb.SET_BALLOON;
  }

  @Override
  public JobKind kind() {
    return JobKind.SET_BALLOON;
  }

  @Override
  public long target() {
    return size.bytes();
  }

  @Override
  public String text() {
    return size.toString();
  }

  @Override
  public DomainDefinition edited(DomainDefinition definition) {
    return definition; // no definition says how far a balloon is blown up
  }

  @Override
  public void check(LaunchRecord launch) {
    String cannot =
        "Cannot leave domain '" + launch.subject().name() + "' " + size + " by its balloon: ";
    if (launch.devices().stream().noneMatch(device -> device.kind().equals("balloon"))) {
      throw new InvalidStateException(
          cannot + "its machine has none. Attach one: 'vmctl device attach', 'device: balloon'.");
    }
    if (size.compareTo(launch.hardware().memory()) > 0) {
      throw new InvalidStateException(
          cannot
              + "its machine was started with "
              + launch.hardware().memory()
              + ", and a balloon only takes from that.");
    }
  }

  @Override
  public CompletableFuture<Standing> look(QmpConnection qmp, LaunchRecord launch) {
    return qmp.send(new QueryBalloon())
        .thenApply(info -> new Standing(info.actual() - dimms(launch), record -> record));
  }

  @Override
  public CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch) {
    return qmp.send(new Balloon(target() + dimms(launch)));
  }

  private static long dimms(LaunchRecord launch) {
    return Dimms.plugged(launch).bytes();
  }

  @Override
  public boolean needsGuest(LaunchRecord launch, long from) {
    return true;
  }

  @Override
  public String doubt() {
    return "; it may have no driver for a balloon";
  }

  @Override
  public boolean concerns(String device) {
    return false;
  }
}

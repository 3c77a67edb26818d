package dev.berth.engine.device;

import dev.berth.definition.DomainDefinition;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.job.JobKind;
import dev.berth.machine.CpuSlots;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.qapi.machine.QueryHotpluggableCpus;
import dev.berth.qapi.qdev.DeviceAdd;
import dev.berth.qapi.qdev.DeviceDel;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * So many virtual CPUs. QEMU has one come at once; to let one go is the guest's to say. They come
 * in the order of their places, and go in the reverse.
 */
public record CpuSizing(int count) implements Sizing {
  private static final String PERIPHERAL = "/machine/peripheral/";

  public CpuSizing {
    if (count < 1 || count > 512) {
      throw new InvalidRequestException("cpus: must be from 1 to 512, is " + count + ".");
    }
  }

  @Override
  public Verb verb() {
    return Verb.SET_CPUS;
  }

  @Override
  public JobKind kind() {
    return JobKind.SET_CPUS;
  }

  @Override
  public long target() {
    return count;
  }

  @Override
  public String text() {
    return Integer.toString(count);
  }

  @Override
  public DomainDefinition edited(DomainDefinition definition) {
    return definition.withCpus(count);
  }

  @Override
  public void check(LaunchRecord launch) {
    String cannot =
        "Cannot give domain '"
            + launch.subject().name()
            + "' "
            + count
            + (count == 1 ? " CPU" : " CPUs")
            + " while it runs: ";
    if (!CpuSlots.areIn(launch)) {
      throw new InvalidStateException(
          cannot
              + "its machine was started without 'max-cpus'. Set that in its definition, which takes"
              + " effect at the next boot.");
    }
    if (count > CpuSlots.room(launch)) {
      throw new InvalidStateException(
          cannot
              + "its machine was started with room for "
              + CpuSlots.room(launch)
              + ". Raise 'max-cpus' in its definition, which takes effect at the next boot.");
    }
    boolean grows = count > CpuSlots.count(launch);
    if (count != CpuSlots.count(launch) && launch.qemu().version().startsWith("5.")) {
      throw new UnsupportedException(
          cannot
              + "guests of QEMU "
              + launch.qemu().version()
              + " are not told of it. Use QEMU 6.0 or newer, or change the definition only, which"
              + " takes effect at the next boot.");
    }
    if (grows && !CpuSlots.of(launch, CpuSlots.SPENT).isEmpty()) {
      throw new UnsupportedException(
          cannot
              + "CPUs were taken out of it, and under TCG QEMU aborts when one comes after that."
              + " Change the definition only, which takes effect at the next boot, or use KVM.");
    }
  }

  @Override
  public CompletableFuture<Standing> look(QmpConnection qmp, LaunchRecord launch) {
    return standing(qmp);
  }

  /** Asks QEMU which CPUs there are. */
  public static CompletableFuture<Standing> standing(QmpConnection qmp) {
    return qmp.send(new QueryHotpluggableCpus())
        .thenApply(
            slots -> {
              List<String> taken =
                  slots.stream().map(slot -> slot.qomPath()).flatMap(Optional::stream).toList();
              Set<String> present =
                  taken.stream()
                      .filter(path -> path.startsWith(PERIPHERAL))
                      .map(path -> path.substring(PERIPHERAL.length()))
                      .collect(Collectors.toSet());
              return new Standing(taken.size(), record -> CpuSlots.onto(record, present));
            });
  }

  /**
   * The highest goes first, and the next one is asked for when it is gone: with a CPU missing in
   * between, an emulated APIC takes no interrupt to those above it, and the guest hangs.
   */
  @Override
  public CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch) {
    int wanted = count - CpuSlots.count(launch);
    if (wanted >= 0) {
      return all(
          qmp,
          CpuSlots.of(launch, CpuSlots.SPARE).stream()
              .limit(wanted)
              .map(slot -> CpuSlots.step(launch.hardware(), slot).arguments())
              .map(DeviceAdd::read)
              .toList());
    }
    List<DeviceRecord> taken = CpuSlots.of(launch, CpuSlots.TAKEN);
    return qmp.send(new DeviceDel(taken.get(taken.size() - 1).id()));
  }

  private static CompletableFuture<Void> all(
      QmpConnection qmp, List<? extends QmpCommand<@Nullable Void>> commands) {
    return CompletableFuture.allOf(
        commands.stream().map(qmp::send).toArray(CompletableFuture[]::new));
  }

  @Override
  public boolean needsGuest(LaunchRecord launch, long from) {
    return count < from;
  }

  @Override
  public boolean isStepByStep() {
    return true;
  }

  @Override
  public boolean concerns(String device) {
    return device.startsWith("cpu-");
  }
}

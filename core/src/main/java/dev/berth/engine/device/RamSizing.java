package dev.berth.engine.device;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.job.JobKind;
import dev.berth.machine.Dimms;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** So much memory, by what the machine was started with for that ({@link MemoryWay}). */
public record RamSizing(ByteSize size) implements Sizing {

  public RamSizing {
    if (size.bytes() == 0 || size.bytes() % (1 << 20) != 0) {
      throw new InvalidRequestException(
          "memory: must be a multiple of 1MiB and not 0, is " + size + ".");
    }
  }

  @Override
  public Verb verb() {
    return Verb.SET_MEMORY;
  }

  @Override
  public JobKind kind() {
    return JobKind.SET_MEMORY;
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
    return definition.withMemory(size);
  }

  @Override
  public void check(LaunchRecord launch) {
    String cannot =
        "Cannot give domain '"
            + launch.subject().name()
            + "' "
            + size
            + " of memory while it runs: its machine was started with ";
    long base = launch.hardware().memory().bytes();
    Optional<ByteSize> room = MemoryWay.room(launch);
    if (room.isEmpty()) {
      throw new InvalidStateException(
          cannot
              + launch.hardware().memory()
              + " and without 'max-memory'. Set that in its definition, which takes effect at the"
              + " next boot.");
    }
    long most = base + room.get().bytes();
    if (target() > most) {
      throw new InvalidStateException(
          cannot
              + "room for "
              + new ByteSize(most)
              + ". Raise 'max-memory' in its definition, which takes effect at the next boot.");
    }
    if (target() < base) {
      throw new InvalidStateException(
          cannot
              + launch.hardware().memory()
              + ", which it keeps. Change 'memory' in its definition only, which takes effect at"
              + " the next boot, or use its balloon.");
    }
    MemoryWay.of(launch).check(cannot, size, launch);
  }

  @Override
  public CompletableFuture<Standing> look(QmpConnection qmp, LaunchRecord launch) {
    return MemoryWay.of(launch).look(qmp, launch);
  }

  @Override
  public CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch) {
    return MemoryWay.of(launch).ask(qmp, launch, size);
  }

  @Override
  public boolean needsGuest(LaunchRecord launch, long from) {
    return MemoryWay.of(launch).needsGuest(from, target());
  }

  @Override
  public String doubt() {
    return "; it may have no driver for memory that comes and goes";
  }

  @Override
  public boolean concerns(String device) {
    return Dimms.isOne(device);
  }
}

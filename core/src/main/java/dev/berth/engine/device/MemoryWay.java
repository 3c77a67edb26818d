package dev.berth.engine.device;

import dev.berth.domain.ByteSize;
import dev.berth.machine.Dimms;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How memory comes to a machine that runs, and goes. Without state. */
public interface MemoryWay {

  /** The way of that machine, which has room for memory. */
  static MemoryWay of(LaunchRecord launch) {
    return Dimms.areIn(launch) ? new DimmWay() : new VirtioMemWay();
  }

  /** How much a machine can get besides what it was started with; empty where nothing can come. */
  static Optional<ByteSize> room(LaunchRecord launch) {
    return Dimms.areIn(launch) ? Optional.of(Dimms.room(launch)) : GrowingMemory.room(launch);
  }

  /**
   * Refuses a size that is within the room and cannot be reached.
   *
   * @param cannot how messages begin
   */
  void check(String cannot, ByteSize size, LaunchRecord launch);

  /** Asks QEMU how much there is. */
  CompletableFuture<Sizing.Standing> look(QmpConnection qmp, LaunchRecord launch);

  /** Whether it is the guest's to do, from one size to another. */
  boolean needsGuest(long from, long to);

  /**
   * Has QEMU bring it there, or ask the guest to let go of some.
   *
   * @param launch the record of the machine as it was last seen
   */
  CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch, ByteSize size);
}

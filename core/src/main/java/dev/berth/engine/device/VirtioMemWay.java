package dev.berth.engine.device;

import com.fasterxml.jackson.databind.node.LongNode;
import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.qom.QomGet;
import dev.berth.qapi.qom.QomSet;
import dev.berth.qmp.QmpConnection;
import java.util.concurrent.CompletableFuture;

/**
 * By a virtio-mem device. The guest takes what it is given and gives back what it can do without,
 * in its own time: QEMU only tells it how much it is to have.
 */
public final class VirtioMemWay implements MemoryWay {

  @Override
  public void check(String cannot, ByteSize size, LaunchRecord launch) {
    ByteSize base = launch.hardware().memory();
    ByteSize block = GrowingMemory.block(launch);
    if ((size.bytes() - base.bytes()) % block.bytes() != 0) {
      throw new InvalidRequestException(cannot + base + ", and grows in steps of " + block + ".");
    }
  }

  @Override
  public CompletableFuture<Sizing.Standing> look(QmpConnection qmp, LaunchRecord launch) {
    CompletableFuture<Long> requested = ask(qmp, GrowingMemory.REQUESTED);
    return ask(qmp, "size")
        .thenCombine(
            requested,
            (plugged, wanted) ->
                new Sizing.Standing(
                    launch.hardware().memory().bytes() + plugged,
                    record -> GrowingMemory.onto(record, new ByteSize(wanted))));
  }

  private static CompletableFuture<Long> ask(QmpConnection qmp, String property) {
    return qmp.send(new QomGet(GrowingMemory.path(), property)).thenApply(value -> value.asLong());
  }

  @Override
  public boolean needsGuest(long from, long to) {
    return true;
  }

  @Override
  public CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch, ByteSize size) {
    long wanted = size.bytes() - launch.hardware().memory().bytes();
    return qmp.send(
        new QomSet(GrowingMemory.path(), GrowingMemory.REQUESTED, LongNode.valueOf(wanted)));
  }
}

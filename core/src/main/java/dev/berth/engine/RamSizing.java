package dev.berth.engine;

import com.fasterxml.jackson.databind.node.LongNode;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.job.JobKind;
import dev.berth.machine.GrowingMemory;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.qom.QomGet;
import dev.berth.qapi.qom.QomSet;
import dev.berth.qmp.QmpConnection;
import java.util.concurrent.CompletableFuture;

/**
 * So much memory. The guest takes what it is given and gives back what it can do without, in its
 * own time: QEMU only tells it how much it is to have.
 */
record RamSizing(ByteSize size) implements Sizing {

  RamSizing {
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
    if (GrowingMemory.room(launch).isEmpty()) {
      throw new InvalidStateException(
          cannot
              + launch.hardware().memory()
              + " and without 'max-memory'. Set that in its definition, which takes effect at the"
              + " next boot.");
    }
    long most = base + GrowingMemory.room(launch).get().bytes();
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
    ByteSize block = GrowingMemory.block(launch);
    if ((target() - base) % block.bytes() != 0) {
      throw new InvalidRequestException(
          cannot + launch.hardware().memory() + ", and grows in steps of " + block + ".");
    }
  }

  @Override
  public CompletableFuture<Standing> look(QmpConnection qmp, LaunchRecord launch) {
    CompletableFuture<Long> requested = ask(qmp, GrowingMemory.REQUESTED);
    return ask(qmp, "size")
        .thenCombine(
            requested,
            (plugged, wanted) ->
                new Standing(
                    launch.hardware().memory().bytes() + plugged,
                    record -> GrowingMemory.onto(record, new ByteSize(wanted))));
  }

  private static CompletableFuture<Long> ask(QmpConnection qmp, String property) {
    return qmp.send(new QomGet(GrowingMemory.path(), property)).thenApply(value -> value.asLong());
  }

  @Override
  public CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch) {
    long wanted = target() - launch.hardware().memory().bytes();
    return qmp.send(
        new QomSet(GrowingMemory.path(), GrowingMemory.REQUESTED, LongNode.valueOf(wanted)));
  }

  @Override
  public boolean needsGuest(long from) {
    return true;
  }

  @Override
  public String doubt() {
    return "; it may have no driver for memory that comes and goes";
  }

  @Override
  public boolean concerns(String device) {
    return false;
  }
}

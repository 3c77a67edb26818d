package dev.berth.engine;

import dev.berth.engine.thread.Answers;
import dev.berth.error.QemuRefusedException;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.Backend;
import dev.berth.machine.Iothreads;
import dev.berth.machine.Machine;
import dev.berth.machine.PluggedDevice;
import dev.berth.qapi.misc.IOThreadInfo;
import dev.berth.qapi.misc.QueryIothreads;
import dev.berth.qapi.qdev.DeviceDel;
import dev.berth.qapi.qom.ObjectDel;
import dev.berth.qapi.qom.ObjectPropertyInfo;
import dev.berth.qapi.qom.QomList;
import dev.berth.qmp.QmpConnection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a machine has of devices, asked of QEMU and freed. Holds no thread. */
final class DeviceParts {
  /** What QEMU says of a node, an object or an fdset that is not there. */
  private static final Pattern ABSENT = Pattern.compile("not found|Failed to find node");

  private DeviceParts() {}

  /** The ids of the devices that are plugged in, and of the threads that serve disks. */
  static CompletableFuture<Set<String>> devices(QmpConnection qmp) {
    return qmp.send(new QomList("/machine/peripheral"))
        .thenCombine(
            qmp.send(new QueryIothreads()),
            (parts, threads) ->
                Stream.concat(
                        parts.stream().map(ObjectPropertyInfo::name),
                        threads.stream().map(IOThreadInfo::id))
                    .collect(Collectors.toSet()));
  }

  /** Has QEMU, and with a device its guest, let go of it. */
  static CompletableFuture<@Nullable Void> release(QmpConnection qmp, String device) {
    return qmp.send(Iothreads.isId(device) ? new ObjectDel(device) : new DeviceDel(device));
  }

  /** Whether QEMU says that what it was to let go of, or to free, is not there. */
  static boolean isAbsent(QemuRefusedException refused) {
    return refused.errorClass().equals("DeviceNotFound")
        || ABSENT.matcher(refused.description()).find();
  }

  /**
   * Frees what was made for a device that is not there, in QEMU and beside it. What is not there
   * either is as it should be, so that a freeing which was cut off can be done again.
   *
   * @return fails when something is left
   */
  static CompletableFuture<Void> free(HostServices host, Machine machine, PluggedDevice plugged) {
    CompletableFuture<Void> freed = free(machine.qmp(), plugged.backends());
    for (ServeShare server : plugged.servers()) { // which ends when QEMU hangs up
      freed =
          freed.thenRunAsync(
              () -> host.launcher().endShare(machine.launch(), server), host.patient());
    }
    return freed;
  }

  /** Frees these in QEMU, in their order. */
  static CompletableFuture<Void> free(QmpConnection qmp, List<Backend> backends) {
    return CompletableFuture.allOf(
        backends.stream()
            .map(backend -> qmp.send(backend.free()))
            .map(reply -> reply.handle((done, failure) -> unlessAbsent(failure)))
            .toArray(CompletableFuture[]::new));
  }

  private static @Nullable Void unlessAbsent(@Nullable Throwable failure) {
    if (failure != null
        && !(Answers.cause(failure) instanceof QemuRefusedException refused && isAbsent(refused))) {
      throw new CompletionException(Answers.cause(failure));
    }
    return null;
  }
}

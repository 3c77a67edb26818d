package dev.berth.machine;

import dev.berth.error.QemuRefusedException;
import dev.berth.qapi.control.QueryVersion;
import dev.berth.qapi.migration.MigrateSetCapabilities;
import dev.berth.qapi.migration.MigrationCapability;
import dev.berth.qapi.migration.MigrationCapabilityStatus;
import dev.berth.qapi.misc.AddFd;
import dev.berth.qapi.misc.AddfdInfo;
import dev.berth.qapi.misc.Closefd;
import dev.berth.qapi.misc.FdsetInfo;
import dev.berth.qapi.misc.Getfd;
import dev.berth.qapi.misc.QueryFdsets;
import dev.berth.qapi.misc.RemoveFd;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.io.FileDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How QEMU is given a file for its state: by descriptor, so that it needs no right to the path.
 * {@code fd:} takes a file until QEMU 10; newer ones refuse that, and take {@code file:} with an
 * fdset. For a thread that may wait for QEMU.
 */
public final class StateStream {
  /** Of QEMU. */
  private static final int FIRST_WITH_FILE = 10;

  private final QmpConnection qmp;
  private final String name;

  /**
   * For one file.
   *
   * @param name by which QEMU has it; no digit first
   */
  public StateStream(QmpConnection qmp, String name) {
    this.qmp = qmp;
    this.name = name;
  }

  /** Has QEMU tell how a migration goes, and whatever else is wanted of it. */
  public void capabilities(MigrationCapability... more) throws InterruptedException {
    List<MigrationCapability> all =
        Stream.concat(Stream.of(MigrationCapability.EVENTS), Arrays.stream(more)).toList();
    run(
        new MigrateSetCapabilities(
            all.stream().map(each -> new MigrationCapabilityStatus(each, true)).toList()));
  }

  /**
   * Gives the file.
   *
   * @return as what QEMU knows it
   */
  public String give(FileDescriptor file) throws InterruptedException {
    if (run(new QueryVersion()).qemu().major() < FIRST_WITH_FILE) {
      qmp.execute(new Getfd(name), file, Deadline.none());
      return "fd:" + name;
    }
    AddfdInfo added =
        qmp.execute(new AddFd(Optional.empty(), Optional.of(name)), file, Deadline.none());
    return "file:/dev/fdset/" + added.fdsetId();
  }

  /** Takes back what QEMU was given, if it has it still. */
  public void takeBack() throws InterruptedException {
    for (FdsetInfo set : run(new QueryFdsets())) {
      if (set.fds().stream().anyMatch(each -> each.opaque().equals(Optional.of(name)))) {
        run(new RemoveFd(set.fdsetId()));
      }
    }
    try {
      run(new Closefd(name));
    } catch (QemuRefusedException notThere) {
      return; // the migration has it, or had it
    }
  }

  public <R extends @Nullable Object> R run(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}

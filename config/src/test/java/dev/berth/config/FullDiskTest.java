package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.error.HostFailureException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The disk under a host's store is full. Mounts a small file system, so it needs root. */
@ExtendWith(LeakCheck.class)
final class FullDiskTest {
  /** More definitions than fit in what a full disk still takes. */
  private static final int MANY = 2000;

  @TempDir private Path directory;
  private SmallDisk disk;
  private TestHome home;

  @BeforeEach
  void aHomeOnASmallDisk() throws Exception {
    disk = SmallDisk.mount(directory.resolve("disk"));
    home = new TestHome(disk.resolve("home"));
  }

  @AfterEach
  void unmounted() throws Exception {
    if (disk != null) {
      home.clear();
      disk.close();
    }
  }

  @Test
  void aFullDiskRefusesDefinitionsAndMachinesGoOn() throws IOException {
    DomainRef vm = DomainRef.of("vm");
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      Path ballast = fill();

      StorageFailureException full = defineUntilItFails(host);

      assertThat(full).hasMessageContainingAll(home.directory().toString(), "Free space");
      List<DomainSnapshot> before = host.list();
      assertThat(
              catchThrowableOfType(StorageFailureException.class, () -> define(host, "one-more")))
          .isNotNull();
      assertThat(host.list()).extracting(DomainSnapshot::name).isEqualTo(names(before));
      assertThat(host.resume(vm, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);

      Files.delete(ballast);
      define(host, "one-more");
      assertThat(host.list()).hasSize(before.size() + 1);
    }
    try (VmHost host = home.open()) {
      assertThat(TestHome.settled(host, vm).status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(host.domain(DomainRef.of("one-more"))).isNotNull();
    }
  }

  @Test
  void aHostIsOpenedOnAFullDiskAndItsMachinesObeyIt() throws IOException {
    DomainRef vm = DomainRef.of("vm");
    Path ballast;
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      ballast = fill();
      defineUntilItFails(host);
    }

    try (VmHost host = home.open()) {
      assertThat(TestHome.settled(host, vm).status().state()).isEqualTo(DomainState.PAUSED);
      assertThat(host.resume(vm, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
      assertThat(catchThrowableOfType(StorageFailureException.class, () -> define(host, "more")))
          .isNotNull();
      host.destroy(vm, TestHome.PATIENCE, CallOptions.none());
      assertThat(QemuOf.pids(home.directory())).isEmpty();
      Files.delete(ballast);
    }
    try (VmHost host = home.open()) {
      assertThat(TestHome.settled(host, vm).status().state()).isEqualTo(DomainState.SHUTOFF);
    }
  }

  @Test
  void aStartOnAFullDiskFailsAndLeavesNothing() throws IOException {
    DomainRef vm = DomainRef.of("vm");
    try (VmHost host = home.open()) {
      home.defineIdle(host, "vm");
      Path ballast = fill();
      defineUntilItFails(host);

      assertThatThrownBy(() -> host.start(vm, StartMode.RUNNING, CallOptions.none()))
          .isInstanceOfAny(StorageFailureException.class, HostFailureException.class);

      assertThat(host.domain(vm).status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(QemuOf.pids(home.directory())).isEmpty();
      assertThat(home.runDirectories()).isEmpty();
      Files.delete(ballast);
      assertThat(host.start(vm, StartMode.RUNNING, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
    }
  }

  private StorageFailureException defineUntilItFails(VmHost host) {
    for (int i = 0; i < MANY; i++) {
      String name = "d" + i;
      StorageFailureException full =
          catchThrowableOfType(StorageFailureException.class, () -> define(host, name));
      if (full != null) {
        return full;
      }
    }
    throw new AssertionError("a full disk took " + MANY + " definitions");
  }

  private void define(VmHost host, String name) {
    home.define(host, name, "memory: 64MiB", "labels: {note: " + "x".repeat(1000) + "}");
  }

  private static List<?> names(List<DomainSnapshot> domains) {
    return domains.stream().map(DomainSnapshot::name).toList();
  }

  /** A file that takes all the space there is. */
  private Path fill() throws IOException {
    Path ballast = disk.resolve("ballast");
    try (OutputStream out = Files.newOutputStream(ballast)) {
      byte[] block = new byte[4096];
      for (int written = 0; written < 1 << 24; written += block.length) {
        out.write(block);
      }
      throw new AssertionError("the small disk takes more than it has");
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
    return ballast;
  }
}

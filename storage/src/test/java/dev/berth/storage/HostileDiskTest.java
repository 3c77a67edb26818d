package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.domain.EventRange;
import dev.berth.error.StorageFailureException;
import dev.berth.store.DomainRecord;
import dev.berth.store.testing.StoreRecords;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that are full, read-only or somebody else's. Mounts small file systems, so it needs root.
 */
@ExtendWith(LeakCheck.class)
class HostileDiskTest {
  @TempDir Path directory;
  private Path disk;

  @BeforeEach
  void mountASmallDisk() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "mounting a small file system needs root");
    disk = Files.createDirectory(directory.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=3m,mode=755", "berth-test", disk.toString());
  }

  @AfterEach
  void unmountIt() throws Exception {
    if (disk != null) {
      run("umount", disk.toString());
    }
  }

  @Test
  void aFullDiskFailsCommitsUntilThereIsSpaceAgain() throws Exception {
    Path home = disk.resolve("home");
    List<DomainRecord> acknowledged = new ArrayList<>();
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      acknowledged.add(StoreRecords.domain("before"));
      store.commit(StoreRecords.put(acknowledged.get(0))).join();
      Path ballast = fill();

      StorageFailureException failure = commitUntilItFails(store, acknowledged);

      assertThat(failure)
          .hasMessageContaining(home.toString())
          .hasMessageContaining("No space left")
          .hasMessageContaining("Nothing was changed")
          .hasMessageContaining("Free space");
      assertHolds(store, acknowledged);
      assertThatThrownBy(() -> store.commit(StoreRecords.put(StoreRecords.domain("still"))).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StorageFailureException.class);

      Files.delete(ballast);
      DomainRecord after = StoreRecords.domain("after");
      store.commit(StoreRecords.put(after)).join();
      acknowledged.add(after);
      assertHolds(store, acknowledged);
      assertThat(store.figures().reopenings()).isPositive();
    }
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      assertHolds(store, acknowledged);
      assertThat(store.contents().rebuilt()).isEmpty();
    }
  }

  @Test
  void aStoreOnAFullDiskCanBeOpenedAndRead() throws Exception {
    Path home = disk.resolve("home");
    DomainRecord domain = StoreRecords.domain("web-1");
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      store.commit(StoreRecords.put(domain)).join();
    }
    fill();

    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      assertHolds(store, List.of(domain));
    }
  }

  @Test
  void aReadOnlyDiskIsNamedWithARemedy() throws Exception {
    Path home = Files.createDirectory(disk.resolve("home"));
    run("mount", "-o", "remount,ro", disk.toString());

    assertThatThrownBy(() -> H2Store.open(StoreSettings.at(home)))
        .isInstanceOf(StorageFailureException.class)
        .hasMessageContaining(home.toString())
        .hasMessageContaining("Read-only file system")
        .hasMessageContaining("Mount it writable");
  }

  @Test
  void aHomeOfAnotherUserIsNamedWithItsOwner() throws Exception {
    Path home = disk.resolve("home");
    H2Store.open(StoreSettings.at(home)).close();
    run("chown", "-R", "nobody", home.toString());

    assertThat(openedWithoutPrivileges(home))
        .startsWith("StorageFailureException")
        .contains(home.toString(), "no permission", "choose another home");
  }

  @Test
  void aDatabaseOfAnotherUserIsNotCalledDamaged() throws Exception {
    Path home = disk.resolve("home");
    H2Store.open(StoreSettings.at(home)).close();
    String file = StoreHome.of(home).databaseFile().toString();
    run("chmod", "600", file);
    run("chown", "nobody", file);

    assertThat(openedWithoutPrivileges(home))
        .startsWith("StorageFailureException")
        .contains("berth.mv.db", "owned by nobody");
    assertThat(StoreHome.of(home).databaseFile()).exists();
  }

  /** As root without the capabilities that make permissions meaningless. */
  private static String openedWithoutPrivileges(Path home) throws IOException {
    List<String> without = List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");
    try (ChildJvm child = ChildJvm.start(without, StoreHolder.class, home.toString())) {
      return String.valueOf(child.line());
    }
  }

  /** Small commits fit into the file's own holes for a while. */
  private static StorageFailureException commitUntilItFails(
      H2Store store, List<DomainRecord> acknowledged) {
    for (int i = 0; i < 10_000; i++) {
      DomainRecord domain = StoreRecords.domain("full-" + i);
      try {
        store.commit(StoreRecords.put(domain)).join();
        acknowledged.add(domain);
      } catch (CompletionException e) {
        assertThat(e).hasCauseInstanceOf(StorageFailureException.class);
        return (StorageFailureException) e.getCause();
      }
    }
    throw new AssertionError("the disk is never full");
  }

  private static void assertHolds(H2Store store, List<DomainRecord> domains) {
    assertThat(store.contents().domains()).containsExactlyInAnyOrderElementsOf(domains);
    assertThat(store.eventRange()).isEqualTo(new EventRange(1, domains.size()));
    assertThat(store.eventsAfter(0, Integer.MAX_VALUE)).hasSize(domains.size());
  }

  private Path fill() throws IOException {
    Path ballast = disk.resolve("ballast");
    byte[] block = new byte[4096];
    try (var output = Files.newOutputStream(ballast, StandardOpenOption.CREATE_NEW)) {
      while (true) {
        output.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    return ballast;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }
}

package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArrivalRoomTest {
  private static final List<String> HUGE =
      List.of(
          "qemu",
          "-object",
          "memory-backend-memfd,id=pc.ram,size=512M,hugetlb=on,hugetlbsize=2M,share=on");

  private static final List<String> AT_ONCE =
      List.of("qemu", "-object", "memory-backend-ram,id=pc.ram,size=512M,prealloc=on");

  @TempDir Path directory;
  private ArrivalRoom room;
  private LauncherSettings settings;

  @BeforeEach
  void aHostWithHalfAGibibyteFree() throws IOException {
    Path memory =
        Files.writeString(
            directory.resolve("meminfo"),
            "MemTotal: 1048576 kB\nMemAvailable:    393216 kB\nSwapTotal: 1048576 kB\n"
                + "SwapFree:   131072 kB\nCommitLimit: 4194304 kB\nCommitted_AS: 3145728 kB\n");
    Path pool = Files.createDirectories(directory.resolve("pools/hugepages-2048kB"));
    Files.writeString(pool.resolve("free_hugepages"), "255\n");
    overcommit(0);
    room = new ArrivalRoom(memory, directory.resolve("overcommit"), directory.resolve("pools"));
    settings = LauncherSettings.under(directory.resolve("home"), "");
  }

  private void overcommit(int rule) throws IOException {
    Files.writeString(directory.resolve("overcommit"), rule + "\n");
  }

  /** Hosts are overcommitted on purpose; what the kernel grants is for its administrator to say. */
  @Test
  void aMachineThatIsLargerThanWhatIsFreeIsTaken() {
    assertThat(room.obstacles(machine(2048, List.of("qemu"), 1), settings)).isEmpty();
  }

  @Test
  void aMachineThatIsLargerThanAllThereIsIsNot() {
    assertThat(room.obstacles(machine(2049, List.of("qemu"), 1), settings))
        .singleElement()
        .asString()
        .contains("2049MiB of memory, and 2GiB are there at the target", "end something there");
  }

  @Test
  void theKernelPromisesAsItsAdministratorHasSaid() throws IOException {
    overcommit(1);
    assertThat(room.obstacles(machine(2049, List.of("qemu"), 1), settings)).isEmpty();

    overcommit(2);
    assertThat(room.obstacles(machine(1024, List.of("qemu"), 1), settings)).isEmpty();
    assertThat(room.obstacles(machine(1025, List.of("qemu"), 1), settings))
        .singleElement()
        .asString()
        .contains("1GiB can be promised at the target");
  }

  @Test
  void whatIsTakenAtOnceHasToBeFree() {
    assertThat(room.obstacles(machine(512, AT_ONCE, 1), settings)).isEmpty();
    assertThat(room.obstacles(machine(513, AT_ONCE, 1), settings))
        .singleElement()
        .asString()
        .contains("512MiB are free at the target", "'preallocate'");
  }

  @Test
  void hugePagesAreCounted() {
    assertThat(room.obstacles(machine(510, HUGE, 1), settings)).isEmpty();
    assertThat(room.obstacles(machine(512, HUGE, 1), settings))
        .singleElement()
        .asString()
        .contains("takes 256 free huge pages of 2MiB", "has 255", "nr_hugepages");
  }

  @Test
  void memoryInAFileAndALogNeedSpace() {
    List<String> inFile =
        List.of("qemu", "-object", "memory-backend-file,id=pc.ram,size=1M,mem-path=" + directory);

    assertThat(room.obstacles(machine(1, inFile, 1), settings)).isEmpty();
    assertThat(room.obstacles(machine(1, List.of("qemu"), 1L << 50), settings))
        .singleElement()
        .asString()
        .contains("home/log'", "its log is to be there: make room there");
  }

  private static LaunchRecord machine(int mebibytes, List<String> argv, long log) {
    return new LaunchRecord(
        new LaunchRecord.Subject(UUID.randomUUID(), new DomainName("web"), 1, "old"),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, ByteSize.mebibytes(mebibytes), "tcg", ""),
        argv,
        List.of(),
        List.of(),
        new MachineFiles(Path.of("/run/old"), Path.of("/log"), new ByteSize(log)));
  }
}

package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.CpuFeature;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.MemoryBacking;
import dev.berth.definition.MemoryBacking.Allocation;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.MemoryBacking.Sharing;
import dev.berth.domain.ByteSize;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.Machine;
import dev.berth.qapi.misc.Cont;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processors and memory other than the usual ones, as the host and the guest see them. */
@Tag("once")
@ExtendWith(LeakCheck.class)
final class ComputeTest {
  @TempDir Path home;

  @Test
  void aGuestRunsInSharedMemoryWithTheTopology() throws Exception {
    guestRunsIn(ComputeCases.backing(Kind.MEMFD, Optional.empty()));
  }

  @Test
  void aGuestRunsInMemoryOfADirectory() throws Exception {
    guestRunsIn(ComputeCases.backing(Kind.FILE, Optional.of(home)));
  }

  private void guestRunsIn(MemoryBacking backing) throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine =
          host.launch(Definitions.withCompute(Definitions.guest(), ComputeCases.compute(backing)));
      machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), ", 4 cpu,");
      assertThat(machine.launch().hardware().cpuModel()).isEqualTo("max,rdrand=on,avx=off");
    }
  }

  @Test
  void aFeatureThatQemuDoesNotKnowIsNamedWithTheRemedy() {
    Compute compute =
        new Compute(
            1,
            Optional.empty(),
            ByteSize.mebibytes(64),
            Optional.empty(),
            "q35",
            Optional.empty(),
            AcceleratorChoice.TCG,
            Optional.empty(),
            List.of(new CpuFeature("warp-drive", Presence.PRESENT)),
            MemoryBacking.USUAL);
    try (var host = LauncherFixture.in(home)) {
      assertThatThrownBy(() -> host.launch(Definitions.withCompute(Definitions.bare(), compute)))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("warp-drive")
          .hasMessageContaining("Remove the feature from 'cpu-features'");
    }
  }

  @Test
  void whatTheHostLacksIsReported() throws Exception {
    Path pool = Files.createDirectories(home.resolve("hugepages-2048kB"));
    Files.writeString(pool.resolve("free_hugepages"), "127\n");
    List<Problem> problems = new ArrayList<>();

    MemoryChecks.check(ComputeCases.compute(hugepages(2)), home, problems);
    MemoryChecks.check(ComputeCases.compute(hugepages(1024)), home, problems);
    MemoryChecks.check(
        ComputeCases.compute(ComputeCases.backing(Kind.FILE, Optional.of(home.resolve("nowhere")))),
        home,
        problems);
    Files.writeString(pool.resolve("free_hugepages"), "128\n");
    MemoryChecks.check(ComputeCases.compute(hugepages(2)), home, problems);

    assertThat(problems)
        .extracting(Problem::path, Problem::message)
        .containsExactly(
            tuple(
                "memory-backing.hugepages",
                "the domain needs 128 free huge pages of 2MiB, and the host has 127: set more"
                    + " aside, 'echo COUNT > "
                    + pool
                    + "/nr_hugepages' as root"),
            tuple(
                "memory-backing.hugepages",
                "the domain needs 1 free huge pages of 1GiB, and the host has 0: set more aside,"
                    + " 'echo COUNT > "
                    + home.resolve("hugepages-1048576kB")
                    + "/nr_hugepages' as root"),
            tuple(
                "memory-backing.directory",
                home.resolve("nowhere")
                    + " is no directory that this user may write to: mount a memory file system"
                    + " there, or name another"));
  }

  private static MemoryBacking hugepages(long mebibytes) {
    return new MemoryBacking(
        Kind.MEMFD,
        Optional.of(ByteSize.mebibytes(mebibytes)),
        Optional.empty(),
        Sharing.PRIVATE,
        Allocation.AT_START);
  }
}

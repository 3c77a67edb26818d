package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Devices come and go again and again on one machine with a real guest: after each round there is
 * as much of everything as there was after the first ones, in QEMU, in the host process, on record
 * and on disk.
 */
@Tag("once")
@Timeout(3600)
final class AttachRoundsTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final int WARM_UP = 5;
  private static final int LOOK_EVERY = 50;

  /**
   * What is freed goes to pools of QEMU's and the JVM's own, which fill up; a copy of what is on
   * record is written now and then, with the last jobs or without. A thousand rounds that left 10
   * kB each would take more.
   */
  private static final Map<String, ByteSize> MOST_GROWTH =
      Map.of(
          Holdings.QEMU_MEMORY, ByteSize.mebibytes(8),
          Holdings.HOST_HEAP, ByteSize.mebibytes(8),
          Holdings.ON_RECORD, new ByteSize(8 << 10));

  @Test
  void nothingGrowsInTwentyRounds() throws Exception {
    nothingGrowsIn(20);
  }

  @Tag("full")
  @Test
  void nothingGrowsInAThousandRounds() throws Exception {
    nothingGrowsIn(1_000);
  }

  private void nothingGrowsIn(int rounds) throws IOException {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    try (VmHost host = home.open()) {
      home.defineGuest(host, "vm");
      host.start(VM, StartMode.RUNNING, CallOptions.none());
      ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
      for (int round = 1; round <= WARM_UP; round++) {
        comeAndGo(host, round);
      }
      Holdings before = Holdings.of(host, VM, directory);
      for (int round = 1; round <= rounds; round++) {
        comeAndGo(host, round);
        if (round % LOOK_EVERY == 0 || round == rounds) {
          assertNothingGrew(host, before, "round " + round);
        }
      }
    }
  }

  private void assertNothingGrew(VmHost host, Holdings before, String when) {
    eventually(
        () -> {
          Holdings now = Holdings.of(host, VM, directory);
          for (Map.Entry<String, Long> counted : now.counted().entrySet()) {
            assertThat(counted.getValue())
                .as(when + ": " + counted.getKey())
                .isLessThanOrEqualTo(before.counted().get(counted.getKey()));
          }
          for (Map.Entry<String, ByteSize> sized : now.sized().entrySet()) {
            assertThat(sized.getValue().bytes() - before.sized().get(sized.getKey()).bytes())
                .as(when + ": growth of " + sized.getKey())
                .isLessThan(MOST_GROWTH.get(sized.getKey()).bytes());
          }
        });
  }

  /** A disk on either bus, which alternate, and an interface. */
  private void comeAndGo(VmHost host, int round) {
    String bus = round % 2 == 0 ? "virtio-blk" : "virtio-scsi";
    host.attachDisk(
        VM,
        document("data", "file: data.raw\nformat: raw\nbus: " + bus + "\n"),
        EditScope.BOTH,
        CallOptions.within(TestHome.PATIENCE));
    host.attachNic(
        VM,
        document("lan", ""),
        EditScope.LIVE,
        Resources.none(),
        CallOptions.within(TestHome.PATIENCE));
    removed(host, host.detachDisk(VM, "data", EditScope.BOTH, JobOptions.none(), patient()));
    removed(host, host.detachNic(VM, "lan", EditScope.LIVE, JobOptions.none(), patient()));
  }

  private DefinitionDocument document(String name, String more) {
    return new DefinitionDocument("name: " + name + "\n" + more, name, directory);
  }

  private static CallOptions patient() {
    return CallOptions.within(TestHome.PATIENCE);
  }

  private static void removed(VmHost host, Job job) {
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }
}

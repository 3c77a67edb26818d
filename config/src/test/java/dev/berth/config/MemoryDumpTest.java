package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.host.MemoryDump.Existing;
import dev.berth.host.MemoryDump.Format;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Memory of real machines, written down by their QEMU. */
@Tag("once")
@Timeout(300)
final class MemoryDumpTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final long MEMORY = 64 << 20;
  private static final int ELF_MAGIC_LENGTH = 4;
  private static final int KDUMP_MAGIC_LENGTH = 8;

  @TempDir private Path dumps;

  @Test
  void aGuestsMemoryIsWrittenDownAndTheGuestGoesOn() throws Exception {
    memoryIsWrittenDown();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionWritesMemoryDown(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    memoryIsWrittenDown();
  }

  private void memoryIsWrittenDown() throws IOException {
    try (VmHost host = home.open()) {
      home.defineIdle(host, "vm");
      host.start(VM, StartMode.RUNNING, CallOptions.none());

      Path elf = dumps.resolve("vm.elf");
      complete(host, new MemoryDump(elf, Format.ELF, Existing.REFUSE));
      assertThat(start(elf, ELF_MAGIC_LENGTH)).isEqualTo("\u007fELF");
      assertThat(Files.size(elf)).isGreaterThan(MEMORY);

      Path kdump = dumps.resolve("vm.kdump");
      complete(host, new MemoryDump(kdump, Format.KDUMP_ZLIB, Existing.REFUSE));
      assertThat(start(kdump, KDUMP_MAGIC_LENGTH)).isEqualTo("makedump");
      assertThat(Files.size(kdump)).isLessThan(MEMORY);

      host.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
      host.pause(VM, CallOptions.none());
      complete(host, new MemoryDump(elf, Format.ELF, Existing.REPLACE));
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.PAUSED);
      assertThat(dumps.toFile().list()).containsExactlyInAnyOrder("vm.elf", "vm.kdump");
    }
  }

  @Test
  void aFullDiskEndsTheJobWithTheReasonAndIsLeftAsItWas() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"));
        VmHost host = home.open()) {
      home.startIdle(host, "vm");

      Job ended = ended(host, dump(host, MemoryDump.to(disk.resolve("vm.elf"))));

      assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
      assertThat(ended.status().phase()).isEqualTo("dump-failed");
      assertThat(ended.status().detail()).contains("No space left on device");
      assertThat(disk.resolve("")).isEmptyDirectory();
      assertThat(host.resume(VM, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
    }
  }

  @Test
  void aDumpGoesOnWithoutItsHostAndIsFoundByTheNext() throws Exception {
    Path file = dumps.resolve("vm.elf");
    Job job;
    try (VmHost host = home.open()) {
      home.define(host, "vm", "memory: 512MiB");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      Job begun = dump(host, MemoryDump.to(file));
      eventually(() -> assertThat(host.job(begun.id()).status().phase()).isNotEqualTo("beginning"));
      job = begun;
    }

    try (VmHost host = home.open()) {
      assertThat(ended(host, job).status().phase()).isEqualTo("complete");
      assertThat(dumps.toFile().list()).containsExactly("vm.elf");
      assertThat(Files.size(file)).isGreaterThan(8 * MEMORY);
    }
  }

  private static void complete(VmHost host, MemoryDump dump) {
    Job ended = ended(host, dump(host, dump));
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    assertThat(ended.status().progress())
        .hasValueSatisfying(progress -> assertThat(progress.done()).isEqualTo(progress.total()));
  }

  private static Job dump(VmHost host, MemoryDump dump) {
    return host.dumpMemory(VM, dump, JobOptions.none(), CallOptions.within(TestHome.PATIENCE));
  }

  private static Job ended(VmHost host, Job job) {
    return host.awaitJob(job.id(), TestHome.PATIENCE);
  }

  private static String start(Path file, int length) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return new String(bytes.readNBytes(length), StandardCharsets.ISO_8859_1);
    }
  }
}

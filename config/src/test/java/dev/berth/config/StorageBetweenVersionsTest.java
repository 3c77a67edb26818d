package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.FileInputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Guests that take their images along, from each QEMU to the same one, and to a newer one. */
@Tag("full")
@Timeout(600)
final class StorageBetweenVersionsTest extends TwoHomesFixture {
  private static final int BLOCKS = 32;

  /** For a guest, however much else the machine has to do. */
  private static final Duration BOOTS = Duration.ofMinutes(5);

  static Stream<Arguments> pairs() {
    Map<String, TestQemu> qemus =
        TestQemu.matrix().stream().collect(Collectors.toMap(TestQemu::name, Function.identity()));
    Stream<Arguments> same = qemus.values().stream().map(qemu -> Arguments.of(qemu, qemu, "q35"));
    Stream<Arguments> newer =
        Stream.of("trixie", "trixie-backports")
            .map(name -> Arguments.of(qemus.get("bookworm"), qemus.get(name), "pc-q35-5.2"));
    return Stream.concat(same, newer);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void allThatAGuestHasWrittenGoesAlong(TestQemu from, TestQemu to, String machine)
      throws Exception {
    home.set("qemu", from.emulator().toString());
    otherHome.set("qemu", to.emulator().toString());
    Path there = Files.createDirectory(directory.resolve("there"));
    try (RandomAccessFile image =
        new RandomAccessFile(directory.resolve("vda.raw").toFile(), "rw")) {
      image.setLength(16 << 20);
    }
    try (VmHost here = home.open();
        VmHost target = openOther()) {
      home.defineGuestWith(
          here,
          "vm",
          "machine: "
              + machine
              + "\nmemory: 128MiB\ndisks:\n- {name: vda, file: vda.raw, format: raw}",
          TestGuest.running("heartbeat", "writer /dev/vda " + BLOCKS));
      here.start(VM, StartMode.RUNNING, PATIENT);
      ConsoleLog.of(here, VM).await(text -> WrittenBlocks.count(text) > BLOCKS, "a round", BOOTS);
      FileInputStream log = console(here);
      MigrationRequest request = MigrationRequest.to(other).with(StorageCopy.into(there));

      Job ended = ended(here, here.migrations().migrate(VM, request, JobOptions.none(), PATIENT));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      eventually(() -> assertThat(here.list()).isEmpty());
      String before = all(log);
      int soFar = WrittenBlocks.count(before);
      ConsoleLog.of(target, VM)
          .await(
              text -> WrittenBlocks.count(before + text) > soFar + 2, "writes", TestHome.PATIENCE);
      target.pause(VM, PATIENT);
      WrittenBlocks.assertIn(
          there.resolve("vda.raw"), before + ConsoleLog.of(target, VM).text(), BLOCKS);
      Heartbeats.unbroken(before + ConsoleLog.of(target, VM).text());
      target.destroy(VM, TestHome.GRACE, PATIENT);
    }
  }
}

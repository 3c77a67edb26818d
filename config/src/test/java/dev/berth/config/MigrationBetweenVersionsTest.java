package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.StateReason;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Guests that go from one QEMU to another one, with what has come to them before. */
@Tag("full")
@Timeout(600)
final class MigrationBetweenVersionsTest extends TwoHomesFixture {
  /** It has no CPUs that come while the guest runs, see the guide. */
  private static final String OLDEST = "bullseye";

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
  void aGuestGoesOnWithWhatHadComeToIt(TestQemu from, TestQemu to, String machine)
      throws Exception {
    home.set("qemu", from.emulator().toString());
    otherHome.set("qemu", to.emulator().toString());
    boolean grows = !from.name().equals(OLDEST);
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    Files.write(directory.resolve("more.raw"), new byte[1 << 20]);
    try (VmHost here = home.open();
        VmHost there = openOther()) {
      home.defineGuestWith(
          here,
          "vm",
          "machine: "
              + machine
              + "\nmemory: 128MiB\nnics: [{name: lan}]\ndisks:\n"
              + "  - {name: data, file: data.raw, format: raw}"
              + (grows ? "\ncpus: 1\nmax-cpus: 2" : ""),
          TestGuest.running("heartbeat"));
      here.start(VM, StartMode.RUNNING, PATIENT);
      ConsoleLog console = ConsoleLog.of(here, VM);
      console.await(TestGuest.UP, TestHome.PATIENCE);
      here.attachDisk(
          VM,
          new DefinitionDocument("{name: more, file: more.raw, format: raw}", "more", directory),
          EditScope.BOTH,
          PATIENT);
      console.await("DEVICE add block", TestHome.PATIENCE);
      if (grows) {
        Job more = here.setCpus(VM, 2, EditScope.BOTH, JobOptions.none(), PATIENT);
        assertThat(ended(here, more).status().phase()).isEqualTo("done");
        console.await("DEVICE add cpu", TestHome.PATIENCE);
      }
      FileInputStream log = console(here);

      Job ended = ended(here, migrate(here));

      assertThat(ended.status().phase()).as("%s", ended).isEqualTo("complete");
      assertThat(there.domain(VM).status().reason()).isEqualTo(StateReason.MIGRATED);
      goesOn(there, all(log));
      Job detach = there.detachDisk(VM, "more", EditScope.BOTH, JobOptions.none(), PATIENT);
      assertThat(ended(there, detach).status().phase()).isEqualTo("removed");
    }
  }

  private static void goesOn(VmHost host, String before) {
    int soFar = Heartbeats.unbroken(before);
    ConsoleLog log = ConsoleLog.of(host, VM);
    log.await(TestGuest.HEARTBEAT + " " + (soFar + 10) + " ", TestHome.PATIENCE);
    Heartbeats.unbroken(before + log.text());
  }
}

package dev.berth.config;

import static dev.berth.config.MigrationFault.Moment.source;
import static dev.berth.config.MigrationFault.Moment.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.MigrationFault.Blow;
import dev.berth.config.MigrationFault.Part;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.TargetPhase;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hosts, QEMUs and connections fail in every phase of a migration. Whatever it is, the guest goes
 * on in one place, without a gap in what it counts and with all that it has written, or its state
 * says that it was lost with its QEMU; nothing else is left, and it can be moved again.
 */
@ExtendWith(LeakCheck.class)
final class MigrationFaultsTest {
  /** One of each kind. */
  private static final List<MigrationFault> FEW =
      List.of(
          new MigrationFault(Part.SOURCE_DAEMON, Blow.KILL, source(SourcePhase.HANDED_OVER)),
          new MigrationFault(Part.TARGET_DAEMON, Blow.KILL, target(TargetPhase.OWNER)),
          new MigrationFault(Part.CONTROL, Blow.DISCONNECT, source(SourcePhase.SENT)),
          new MigrationFault(Part.STREAM, Blow.DISCONNECT, source(SourcePhase.SWITCHING)),
          new MigrationFault(Part.TARGET_QEMU, Blow.KILL, source(SourcePhase.HANDED_OVER)));

  /** Those in which a paused guest might go on, or be left without its images. */
  private static final List<MigrationFault> OF_PAUSED =
      List.of(
          new MigrationFault(Part.SOURCE_DAEMON, Blow.KILL, source(SourcePhase.TRANSFERRING)),
          new MigrationFault(Part.SOURCE_DAEMON, Blow.KILL, source(SourcePhase.SENT)),
          new MigrationFault(Part.SOURCE_DAEMON, Blow.KILL, source(SourcePhase.HANDED_OVER)),
          new MigrationFault(Part.SOURCE_DAEMON, Blow.KILL, source(SourcePhase.RETURNING)),
          new MigrationFault(Part.TARGET_DAEMON, Blow.KILL, target(TargetPhase.RECEIVED)),
          new MigrationFault(Part.TARGET_DAEMON, Blow.KILL, target(TargetPhase.OWNER)),
          new MigrationFault(Part.TARGET_DAEMON, Blow.KILL, target(TargetPhase.COMPLETE)),
          new MigrationFault(Part.TARGET_DAEMON, Blow.STOP, source(SourcePhase.SWITCHING)),
          new MigrationFault(Part.SOURCE_QEMU, Blow.KILL, source(SourcePhase.SENT)),
          new MigrationFault(Part.TARGET_QEMU, Blow.KILL, source(SourcePhase.TRANSFERRING)),
          new MigrationFault(Part.TARGET_QEMU, Blow.STOP, source(SourcePhase.SWITCHING)),
          new MigrationFault(Part.TARGET_QEMU, Blow.KILL, source(SourcePhase.SWITCHING)),
          new MigrationFault(Part.TARGET_QEMU, Blow.KILL, target(TargetPhase.RECEIVED)),
          new MigrationFault(Part.TARGET_QEMU, Blow.KILL, target(TargetPhase.OWNER)),
          new MigrationFault(Part.CONTROL, Blow.DISCONNECT, source(SourcePhase.SENT)),
          new MigrationFault(Part.STREAM, Blow.DISCONNECT, source(SourcePhase.SWITCHING)));

  @TempDir private Path directory;

  @Tag("once")
  @Timeout(300)
  @Test
  void theGuestIsInOnePlaceWhateverFails() throws Exception {
    assertThat(failures(FEW, MigrationRig::start)).isEmpty();
  }

  @Tag("full")
  @Timeout(3600)
  @ParameterizedTest
  @EnumSource(Part.class)
  void theGuestIsInOnePlaceWhateverFailsInWhicheverPhase(Part part) throws Exception {
    assertThat(failures(MigrationFault.of(part), MigrationRig::start)).isEmpty();
  }

  @Tag("full")
  @Timeout(1800)
  @ParameterizedTest
  @MethodSource("thoseThatMovePausedGuests")
  void aPausedGuestIsPausedInOnePlaceWhateverFails(TestQemu qemu) throws Exception {
    String emulator = qemu.emulator().toString();
    Starter starter =
        place -> MigrationRig.start(place, Guest.PAUSED, home -> home.set("qemu", emulator));

    assertThat(failures(OF_PAUSED, starter)).isEmpty();
  }

  static Stream<TestQemu> thoseThatMovePausedGuests() {
    return TestQemu.matrix().stream().filter(qemu -> qemu.name().startsWith("trixie"));
  }

  /** What makes hosts and a guest. */
  private interface Starter {
    MigrationRig start(Path place) throws Exception;
  }

  /** Hosts with which something is wrong are not used again. */
  private List<String> failures(List<MigrationFault> cells, Starter starter) throws Exception {
    List<String> failures = new ArrayList<>();
    Optional<MigrationRig> rig = Optional.empty();
    try {
      for (MigrationFault cell : cells) {
        try {
          if (rig.isEmpty()) {
            Path place = directory.resolve("r" + failures.size());
            rig = Optional.of(starter.start(Files.createDirectory(place)));
          }
          rig.get().suffer(cell);
        } catch (Exception | AssertionError failure) {
          failures.add(cell + ": " + failure.getMessage());
          if (rig.isPresent()) {
            rig.get().close();
          }
          rig = Optional.empty();
        }
      }
    } finally {
      if (rig.isPresent()) {
        rig.get().close();
      }
    }
    return failures;
  }
}

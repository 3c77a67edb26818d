package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.config.CutLink.Blow;
import dev.berth.config.CutLink.Part;
import dev.berth.config.MigrationFault.Moment;
import dev.berth.migration.SourcePhase;
import dev.berth.testing.LeakCheck;
import dev.berth.tls.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The network between two hosts fails in every phase of a migration that takes its images along,
 * for each of its connections alone. Whatever it is, the guest goes on in one place, without a gap
 * in what it counts and with all that it has written; nothing else is left, and it can be moved
 * again.
 */
@ExtendWith(LeakCheck.class)
final class CutLinkTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("CN=Authority");

  /** One of each kind. */
  private static final List<CutLink> FEW =
      List.of(
          new CutLink(Part.NBD, Blow.RESET, CutLink.COPYING),
          new CutLink(Part.STREAM, Blow.RESET, CutLink.SWITCHING),
          new CutLink(Part.NBD, Blow.PAUSE, CutLink.SWITCHING),
          new CutLink(Part.CONTROL, Blow.PAUSE, Moment.source(SourcePhase.HANDED_OVER)));

  @TempDir private Path directory;

  @BeforeEach
  void networksCanBeMade() {
    assumeTrue(NetworkLink.isPossible(), "only root makes network namespaces");
  }

  @Tag("once")
  @Timeout(300)
  @Test
  void theGuestIsInOnePlaceWhateverIsCutOff() throws Exception {
    assertThat(failures(FEW)).isEmpty();
  }

  @Tag("full")
  @Timeout(7200)
  @ParameterizedTest
  @EnumSource(Part.class)
  void theGuestIsInOnePlaceWhateverIsCutOffInWhicheverPhase(Part part) throws Exception {
    assertThat(failures(CutLink.of(part))).isEmpty();
  }

  @Tag("full")
  @Timeout(300)
  @Test
  void aSourceThatDiesBeforeQemuHasTheKeySaysSo() throws Exception {
    try (CutLinkRig rig = CutLinkRig.start(directory, AUTHORITY)) {
      assertThat(rig.loseTheKey()).contains("ended before QEMU had the key");
    }
  }

  /** Hosts with which something is wrong are not used again. */
  private List<String> failures(List<CutLink> cells) throws Exception {
    List<String> failures = new ArrayList<>();
    Optional<CutLinkRig> rig = Optional.empty();
    try {
      for (CutLink cell : cells) {
        try {
          if (rig.isEmpty()) {
            Path place = Files.createDirectory(directory.resolve("r" + failures.size()));
            rig = Optional.of(CutLinkRig.start(place, AUTHORITY));
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

package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class StoreDoctorTest {
  @TempDir Path home;

  @Test
  void aHomeWithoutAStoreIsInOrderAndStaysEmpty() throws IOException {
    assertThat(StoreDoctor.examine(home.resolve("absent")))
        .containsExactly(Finding.ok("store", "there is none yet in " + home.resolve("absent")));
    assertThat(StoreDoctor.examine(home)).containsExactly(Finding.ok("store", "in use by nobody"));
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void theOwnerIsNamedForAsLongAsItLives() throws Exception {
    try (ChildJvm owner = ChildJvm.start(StoreHolder.class, home.toString())) {
      assertThat(owner.line()).startsWith("open");

      assertThat(StoreDoctor.examine(home))
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.verdict()).isEqualTo(Verdict.OK);
                assertThat(finding.text()).startsWith("in use by process " + owner.pid() + " (");
              });
      owner.kill();
    }
    assertThat(StoreDoctor.examine(home)).containsExactly(Finding.ok("store", "in use by nobody"));
  }

  @Test
  void anExaminationWithinTheOwnersProcessLeavesTheLockAlone() throws Exception {
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      assertThat(StoreDoctor.examine(home))
          .containsExactly(Finding.ok("store", "in use by this process"));

      // Closing any descriptor of a file drops the process's lock on it: look from outside.
      try (ChildJvm second = ChildJvm.start(StoreHolder.class, home.toString())) {
        assertThat(second.line()).startsWith("BusyException");
      }
      assertThat(store.contents().domains()).isEmpty();
    }
  }

  @Test
  void aDatabaseThatWasSetAsideIsNamed() throws IOException {
    Path damaged = Files.createFile(home.resolve("berth.mv.db.damaged-20261120T180000Z"));

    assertThat(StoreDoctor.examine(home))
        .last()
        .satisfies(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Verdict.NOTE);
              assertThat(finding.text()).contains(damaged.toString());
              assertThat(finding.remedy()).isPresent();
            });
  }
}

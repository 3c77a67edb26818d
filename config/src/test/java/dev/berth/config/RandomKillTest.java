package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at any moment while a host process is busy. What it had acknowledged is there afterwards;
 * the one thing it was at has happened or not; nothing is left over.
 */
@ExtendWith(LeakCheck.class)
final class RandomKillTest {
  private static final int SEED = 20_260;
  private static final int MOST_ACKNOWLEDGED = 8;
  private static final int LONGEST_EXTRA_NANOS = 40_000_000;

  @TempDir private Path directory;
  private TestHome home;
  private final Map<String, String> acknowledged = new HashMap<>();

  @BeforeEach
  void aHome() {
    home = new TestHome(directory);
  }

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void everythingAcknowledgedSurvivesThreeKills() throws InterruptedException {
    killRepeatedly(3, "mix");
  }

  @Tag("full")
  @Test
  void everythingAcknowledgedSurvivesTwoHundredKills() throws InterruptedException {
    killRepeatedly(200, "mix");
  }

  @Tag("full")
  @Test
  void noAcknowledgedDefineIsLostInTwoHundredKills() throws InterruptedException {
    killRepeatedly(200, "define");
  }

  private void killRepeatedly(int kills, String verbs) throws InterruptedException {
    Random random = new Random(SEED);
    for (int kill = 1; kill <= kills; kill++) {
      Optional<Asked> cut = runUntilKilled(kill, verbs, random);
      checkWhatIsThere("kill " + kill + ", cut off: " + cut, cut);
    }
  }

  /** What was asked for and not acknowledged. */
  private record Asked(String name, String verb, String label) {

    /** What may be seen of the domain, if this was seen of it before. */
    Set<String> possible(String before) {
      String state = before.split(" ")[0];
      String oldLabel = before.split(" ")[1];
      String absent = BusyHost.ABSENT + " " + BusyHost.NO_LABEL;
      return switch (verb) {
        case "define" ->
            Set.of(before, (state.equals(BusyHost.ABSENT) ? "SHUTOFF" : state) + " " + label);
        case "undefine" -> state.equals(BusyHost.ABSENT) ? Set.of(before) : Set.of(before, absent);
        case "start", "resume" -> Set.of(before, "RUNNING " + oldLabel);
        case "start-paused", "pause" -> Set.of(before, "PAUSED " + oldLabel);
        case "destroy" -> Set.of(before, "SHUTOFF " + oldLabel);
        default -> throw new IllegalArgumentException(verb);
      };
    }
  }

  private Optional<Asked> runUntilKilled(int kill, String verbs, Random random)
      throws InterruptedException {
    int enough = random.nextInt(MOST_ACKNOWLEDGED) + 1;
    Optional<Asked> open = Optional.empty();
    try (HostProcess process =
        HostProcess.start(BusyHost.class, directory, Integer.toString(kill), verbs)) {
      int done = 0;
      for (Optional<String> line = process.line(); line.isPresent(); line = process.line()) {
        String[] words = line.get().split(" ");
        switch (words[0]) {
          case BusyHost.ASK -> open = Optional.of(new Asked(words[1], words[2], words[3]));
          case BusyHost.DONE -> {
            acknowledged.put(words[1], words[2] + " " + words[3]);
            open = Optional.empty();
            done++;
          }
          default -> throw new AssertionError("the host process says: " + line.get());
        }
        if (done == enough) {
          done++;
          LockSupport.parkNanos(random.nextInt(LONGEST_EXTRA_NANOS));
          process.kill();
        }
      }
      assertThat(process.awaitEnd()).isEqualTo(Fuse.KILLED);
    }
    return open;
  }

  private void checkWhatIsThere(String context, Optional<Asked> cut) throws InterruptedException {
    long newest;
    int machines = 0;
    try (VmHost host = home.open()) {
      for (String name : BusyHost.NAMES) {
        BusyHost.settle(host, name);
        String before = acknowledged.getOrDefault(name, BusyHost.ABSENT + " " + BusyHost.NO_LABEL);
        String seen = BusyHost.sight(host, name);
        Set<String> possible =
            cut.filter(asked -> asked.name().equals(name))
                .map(asked -> asked.possible(before))
                .orElse(Set.of(before));
        assertThat(possible).as("domain %s; %s", name, context).contains(seen);
        acknowledged.put(name, seen);
        machines +=
            BusyHost.find(host, name).flatMap(domain -> domain.machine()).isPresent() ? 1 : 0;
      }
      QemuOf.awaitCount(directory, machines);
      newest = HostCrashes.newestEvent(host);
      HostCrashes.assertNoGapInEvents(host);
    }
    try (VmHost host = home.open()) {
      BusyHost.NAMES.forEach(name -> BusyHost.settle(host, name));
      HostCrashes.assertNothingRecoveredAfter(host, newest);
    }
  }
}

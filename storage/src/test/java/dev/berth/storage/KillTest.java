package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.StoreContents;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Acknowledged commits survive {@code kill -9}. */
@ExtendWith(LeakCheck.class)
class KillTest {
  private static final int THREADS = 4;
  private static final int MOST_ACKNOWLEDGED = 400;

  @TempDir Path home;

  @Test
  void nothingAcknowledgedIsLostInTenKills() throws Exception {
    killAndCheck(10, new Random(1));
  }

  @Test
  @Tag("full")
  void nothingAcknowledgedIsLostInTwoHundredKills() throws Exception {
    killAndCheck(200, new Random(2));
  }

  @Test
  @Tag("full")
  void nothingAcknowledgedIsLostWhenEveryProcessorIsBusy() throws Exception {
    try (Load load = new Load(Runtime.getRuntime().availableProcessors())) {
      killAndCheck(60, new Random(3));
      load.checkBusy();
    }
  }

  private void killAndCheck(int kills, Random random) throws Exception {
    Map<Integer, Long> newest = new HashMap<>();
    Set<Long> sequences = new HashSet<>();
    long acknowledged = 0;
    for (int kill = 0; kill < kills; kill++) {
      long first = newest.values().stream().mapToLong(Long::longValue).max().orElse(0) + 10;
      List<String> lines = runAndKill(first, random.nextInt(MOST_ACKNOWLEDGED));
      acknowledged += lines.size();
      note(lines, newest, sequences);
      check(first, newest, sequences);
    }
    System.out.printf("%d kills, %d acknowledged commits, 0 lost%n", kills, acknowledged);
  }

  /** Lets it acknowledge that many commits, kills it, and returns all it has acknowledged. */
  private List<String> runAndKill(long first, int count) throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            CommittingProcess.class, home.toString(), "" + THREADS, Long.toString(first))) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i <= count; i++) {
        String line = child.line();
        assertThat(line).as("the child's output").isNotNull().doesNotStartWith("rebuilt");
        lines.add(line);
      }
      child.kill();
      lines.addAll(child.rest());
      return lines;
    }
  }

  private static void note(List<String> lines, Map<Integer, Long> newest, Set<Long> sequences) {
    for (String line : lines) {
      String[] words = line.split(" ");
      newest.put(Integer.valueOf(words[0]), Long.valueOf(words[1]));
      if (!words[2].equals("-")) {
        assertThat(sequences.add(Long.valueOf(words[2]))).as("number %s is new", words[2]).isTrue();
      }
    }
  }

  private void check(long first, Map<Integer, Long> newest, Set<Long> sequences) {
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      StoreContents contents = store.contents();
      assertThat(contents.rebuilt()).isEmpty();
      Map<UUID, DomainRecord> domains =
          contents.domains().stream()
              .collect(Collectors.toMap(DomainRecord::uuid, Function.identity()));
      newest.replaceAll(
          (number, generation) ->
              checkDomain(number, generation, first, domains.get(CommittingProcess.uuid(number))));
      assertThat(contents.intents())
          .extracting(Intent::domain)
          .containsExactlyInAnyOrderElementsOf(domains.keySet());
      Set<Long> stored =
          store.eventsAfter(0, Integer.MAX_VALUE).stream()
              .map(DomainEvent::sequence)
              .collect(Collectors.toSet());
      Set<Long> lost = new HashSet<>(sequences);
      lost.removeAll(stored);
      assertThat(lost).isEmpty();
      // What was written and not acknowledged has its number too, and is there now.
      sequences.addAll(stored);
    }
  }

  /**
   * The domain is as it was acknowledged, or one commit further: that one was made, and the kill
   * came before its acknowledgement.
   *
   * @param first the generation of the last run's first commit
   * @return the generation that it has come to
   */
  private static long checkDomain(
      int number, long acknowledged, long first, @Nullable DomainRecord stored) {
    long next = acknowledged < first ? first : acknowledged + 1;
    if (stored == null) {
      long undefined = isUndefinition(acknowledged) ? acknowledged : next;
      assertThat(isUndefinition(undefined)).as("domain %d is gone", number).isTrue();
      return undefined;
    }
    assertThat(stored.generation())
        .as("generation of domain %d", number)
        .isIn(isUndefinition(acknowledged) ? List.of(next) : List.of(acknowledged, next));
    assertThat(stored.document())
        .isEqualTo(CommittingProcess.document(number, stored.generation()));
    return stored.generation();
  }

  private static boolean isUndefinition(long generation) {
    return generation % CommittingProcess.UNDEFINED_EVERY == 0;
  }
}

package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.TestGuest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The numbered heartbeat lines in what a guest has printed: a gap or a restart would show. */
final class Heartbeats {
  private static final Pattern BEAT = Pattern.compile(TestGuest.HEARTBEAT + " (\\d+) \\S+");

  private Heartbeats() {}

  /**
   * How many there are so far; from 1 on, each follows the one before, and the guest booted once.
   */
  static int unbroken(String console) {
    List<String> lines = console.lines().toList();
    List<Integer> beats =
        lines.stream()
            .map(BEAT::matcher)
            .filter(Matcher::matches)
            .map(beat -> Integer.parseInt(beat.group(1)))
            .toList();
    assertThat(beats).isEqualTo(IntStream.rangeClosed(1, beats.size()).boxed().toList());
    assertThat(lines).filteredOn(line -> line.contains(TestGuest.UP)).hasSizeLessThanOrEqualTo(1);
    return beats.size();
  }
}

package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WireInstantTest {
  private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
  private static final long LAST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  @Test
  void readsWhatAnInstantIsWrittenAs() {
    Random random = new Random(20261126);
    for (int i = 0; i < 10_000; i++) {
      int[] fractions = {0, 500_000_000, 625_000_000, 42_000, 1, random.nextInt(1_000_000_000)};
      Instant instant =
          Instant.ofEpochSecond(
              FIRST + (long) (random.nextDouble() * (LAST - FIRST)), fractions[i % 6]);
      assertThat(WireInstant.parse(instant.toString())).isEqualTo(instant);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-26T22:53:02.6Z",
        "2026-11-26T22:53:02.62579897Z",
        "2024-02-29T00:00:00Z",
        "2026-11-26T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "+12026-11-26T22:53:02Z",
        "-0001-11-26T22:53:02Z",
        "2026-11-26t22:53:02z",
      })
  void readsWhatTheJdkReads(String text) {
    assertThat(WireInstant.parse(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "now",
        "2026-11-26",
        "2026-11-26T22:53:02",
        "2026-02-29T22:53:02Z",
        "2026-13-26T22:53:02Z",
        "2026-00-26T22:53:02Z",
        "2026-11-26T25:53:02Z",
        "2026-11-26T22:60:02Z",
        "2026-11-26T22:53:61Z",
        "2026-11-26T22:53:02.1234567890Z",
        "2026-11-26 22:53:02Z",
        "٢٠٢٦-11-26T22:53:02Z",
      })
  void refusesWhatTheJdkRefuses(String text) {
    assertThatExceptionOfType(DateTimeParseException.class).isThrownBy(() -> Instant.parse(text));
    assertThatExceptionOfType(DateTimeParseException.class)
        .isThrownBy(() -> WireInstant.parse(text));
  }
}

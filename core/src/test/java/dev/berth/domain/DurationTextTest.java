package dev.berth.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationTextTest {

  @ParameterizedTest
  @CsvSource({"250ms, PT0.25S", "10s, PT10S", "5m, PT5M", "36h, PT36H", "2d, PT48H", "0s, PT0S"})
  void aNumberWithItsUnitIsADuration(String text, Duration duration) {
    assertThat(DurationText.parse(text)).contains(duration);
    assertThat(DurationText.print(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10", "s", "-1s", "1.5s", "1 s", "10sec", "1h30m", "999999999999999999d"})
  void everythingElseIsNone(String text) {
    assertThat(DurationText.parse(text)).isEmpty();
  }

  @Test
  void whatIsParsedFitsMilliseconds() {
    assertThat(DurationText.parse("106751991167d").orElseThrow().toMillis()).isPositive();
    assertThat(DurationText.parse("106751991168d")).isEmpty();
  }

  @Test
  void fractionsOfAMillisecondAreNotPrinted() {
    assertThatIllegalArgumentException().isThrownBy(() -> DurationText.print(Duration.ofNanos(1)));
  }
}

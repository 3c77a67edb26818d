package dev.berth.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.job.Job.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final Instant START = Instant.parse("2026-11-20T10:15:42Z");
  private final Pace pace = new Pace();

  @Test
  void oneLookTellsNoPace() {
    assertThat(at(0, 100)).isEqualTo(Progress.of(100, 1000));
  }

  @Test
  void whatWasDoneSinceTellsHowLongYet() {
    at(0, 100);

    assertThat(at(2, 300))
        .isEqualTo(new Progress(300, 1000, Optional.of(100L), Optional.of(Duration.ofSeconds(7))));
  }

  @Test
  void whatIsLongAgoIsForgotten() {
    at(0, 0);
    for (int second = 1; second <= 60; second++) {
      at(second, 10);
    }

    assertThat(at(61, 10).ratePerSecond()).contains(0L);
    assertThat(at(62, 10).remaining()).isEmpty();
  }

  @Test
  void whatBeginsAnewIsNotSlow() {
    at(0, 900);

    assertThat(at(1, 0)).isEqualTo(Progress.of(0, 1000));
    assertThat(at(2, 50).ratePerSecond()).contains(50L);
  }

  @Test
  void whatGrowsBeyondItsTotalTakesNoTimeYet() {
    at(0, 900);

    assertThat(at(1, 1100).remaining()).contains(Duration.ZERO);
  }

  private Progress at(int second, long done) {
    return pace.at(START.plusSeconds(second), done, 1000);
  }
}

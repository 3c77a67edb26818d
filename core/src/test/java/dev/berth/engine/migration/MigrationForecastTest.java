package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the rounds of a migration tell of its end. */
final class MigrationForecastTest {
  private static final long MEMORY = 1 << 30;

  private final MigrationForecast forecast = new MigrationForecast();
  private long round;

  @Test
  void aGuestThatWritesAsMuchAsIsSentKeepsItFromItsEnd() {
    rounds(MEMORY, MEMORY, MEMORY, MEMORY);
    assertThat(forecast.isEndless()).isFalse();

    rounds(MEMORY);

    assertThat(forecast.isEndless()).isTrue();
  }

  @Test
  void aGuestThatKeepsWritingToTheSamePlacesKeepsItFromItsEnd() {
    rounds(MEMORY, MEMORY / 4, MEMORY / 4, MEMORY / 4);
    assertThat(forecast.isEndless()).isFalse();

    rounds(MEMORY / 4, MEMORY / 4);

    assertThat(forecast.isEndless()).isTrue();
  }

  @Test
  void roundsThatShrinkComeToAnEnd() {
    rounds(MEMORY, MEMORY / 2, MEMORY / 4, MEMORY / 8, MEMORY / 16, MEMORY / 32, MEMORY / 64);

    assertThat(forecast.isEndless()).isFalse();
  }

  @Test
  void oneRoundThatShrinksTakesNothingBack() {
    rounds(MEMORY, MEMORY, MEMORY, MEMORY, MEMORY);

    rounds(MEMORY / 2, MEMORY, MEMORY / 2, MEMORY);
    assertThat(forecast.isEndless()).isTrue();

    rounds(MEMORY / 2, MEMORY / 4, MEMORY / 8, MEMORY / 16);
    assertThat(forecast.isEndless()).isFalse();
  }

  @Test
  void howMuchIsLeftWithinARoundSaysNothing() {
    for (int i = 0; i < 100; i++) {
      forecast.see(1, MEMORY, 0);
    }

    assertThat(forecast.isEndless()).isFalse();
  }

  @Test
  void aGuestThatIsSlowedDownMoreAndMoreIsNotJudgedByWhatItWroteBefore() {
    for (int slowed = 0; slowed < 10; slowed++) {
      forecast.see(++round, MEMORY, 10 * slowed);
    }
    assertThat(forecast.isEndless()).isFalse();

    for (int i = 0; i < 5; i++) {
      forecast.see(++round, MEMORY, 99);
    }
    assertThat(forecast.isEndless()).isTrue();
  }

  @Test
  void whatIsSaidIsNotTakenBackAtOnce() {
    Random random = new Random(7);
    boolean said = false;
    int since = 0;
    for (int i = 0; i < 10_000; i++) {
      rounds(1 + random.nextInt(1 << 20));
      since++;
      if (forecast.isEndless() != said) {
        assertThat(since).as("rounds since it was said").isGreaterThanOrEqualTo(3);
        said = forecast.isEndless();
        since = 0;
      }
    }
  }

  private void rounds(long... sizes) {
    for (long size : sizes) {
      round++;
      forecast.see(round, size, 0);
      forecast.see(round, size / 2, 0);
    }
  }
}

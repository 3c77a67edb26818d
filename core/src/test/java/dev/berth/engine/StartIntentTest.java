package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.store.Intent;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class StartIntentTest {

  @Test
  void aGuestThatWasAboutToGoOnMayHaveRun() {
    Intent loads = intent("{\"mode\":\"RUNNING\",\"loads\":true}");
    Intent goesOn = intent("{\"mode\":\"RUNNING\",\"loads\":true,\"goesOn\":true}");

    assertThat(StartIntent.hasNotRun(loads, "paused")).isTrue();
    assertThat(StartIntent.hasNotRun(loads, "running")).isFalse();
    assertThat(StartIntent.hasNotRun(goesOn, "paused")).isFalse();
  }

  private static Intent intent(String document) {
    return new Intent(new UUID(1, 2), "start", document, "test", Instant.EPOCH);
  }
}

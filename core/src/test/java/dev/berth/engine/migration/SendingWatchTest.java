package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.json.Json;
import dev.berth.migration.SourceRules.Qemu;
import dev.berth.qapi.migration.MigrationInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class SendingWatchTest {
  private static final Instant BEGINNING = Instant.parse("2026-11-27T10:00:00Z");

  @Test
  void timeCountsFromTheLastByteThatWasSent() throws IOException {
    SendingWatch watch = new SendingWatch();

    assertThat(watch.idle(Qemu.SENDING, sent(100), at(0))).isZero();
    assertThat(watch.idle(Qemu.SENDING, sent(100), at(5))).isEqualTo(Duration.ofSeconds(5));
    assertThat(watch.idle(Qemu.SENDING, sent(101), at(6))).isZero();
    assertThat(watch.idle(Qemu.SENDING, sent(101), at(40))).isEqualTo(Duration.ofSeconds(34));
  }

  @Test
  void whatBeginsAnewBelowTheLastCountIsSentAsWell() throws IOException {
    SendingWatch watch = new SendingWatch();

    watch.idle(Qemu.SENDING, sent(100), at(0));

    assertThat(watch.idle(Qemu.SENDING, sent(0), at(9))).isZero();
  }

  @Test
  void timeInWhichQemuWaitsForTheWordDoesNotCount() throws IOException {
    SendingWatch watch = new SendingWatch();

    watch.idle(Qemu.SENDING, sent(100), at(0));

    assertThat(watch.idle(Qemu.WAITING, sent(100), at(50))).isZero();
    assertThat(watch.idle(Qemu.SENDING, sent(100), at(51))).isEqualTo(Duration.ofSeconds(1));
  }

  private static Instant at(long seconds) {
    return BEGINNING.plusSeconds(seconds);
  }

  private static MigrationInfo sent(long bytes) throws IOException {
    return MigrationInfo.read(
        Json.read(
            "{\"status\": \"active\", \"ram\": {\"transferred\": "
                + bytes
                + ", \"remaining\": 0, \"total\": 200}}"));
  }
}

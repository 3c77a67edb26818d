package dev.berth.qapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.json.Json;
import dev.berth.qmp.QmpEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class QapiEventTest {

  @Test
  void eventsAreTyped() throws IOException {
    assertThat(decode("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}"))
        .isEqualTo(new QapiEvent.Shutdown(true, ShutdownCause.GUEST_SHUTDOWN));
    assertThat(decode("RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}"))
        .isEqualTo(new QapiEvent.Reset(false, ShutdownCause.HOST_QMP_SYSTEM_RESET));
    assertThat(decode("POWERDOWN", "{}")).isEqualTo(new QapiEvent.Powerdown());
    assertThat(decode("STOP", "{}")).isEqualTo(new QapiEvent.Stopped());
    assertThat(decode("RESUME", "{}")).isEqualTo(new QapiEvent.Resumed());
    assertThat(decode("SUSPEND", "{}")).isEqualTo(new QapiEvent.Suspended());
    assertThat(decode("WAKEUP", "{}")).isEqualTo(new QapiEvent.Wakeup());
    assertThat(decode("WATCHDOG", "{\"action\": \"pause\"}"))
        .isEqualTo(new QapiEvent.Watchdog(WatchdogAction.PAUSE));
    assertThat(decode("GUEST_PANICKED", "{\"action\": \"pause\"}"))
        .isEqualTo(new QapiEvent.GuestPanicked(GuestPanicAction.PAUSE, Optional.empty()));
    assertThat(decode("DEVICE_DELETED", "{\"path\": \"/machine/peripheral/nic/bus\"}"))
        .isEqualTo(new QapiEvent.DeviceDeleted(Optional.empty(), "/machine/peripheral/nic/bus"));
    assertThat(
            decode(
                "BLOCK_IO_ERROR",
                "{\"device\": \"\", \"node-name\": \"root\", \"operation\": \"write\","
                    + " \"action\": \"stop\", \"nospace\": true, \"reason\": \"No space\"}"))
        .isEqualTo(
            new QapiEvent.BlockIoError(
                "",
                Optional.of("root"),
                IoOperationType.WRITE,
                BlockErrorAction.STOP,
                true,
                "No space"));
  }

  @Test
  void aWordThatALaterQemuAddsSurvives() throws IOException {
    assertThat(decode("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-tired\"}"))
        .isEqualTo(new QapiEvent.Shutdown(true, new ShutdownCause("guest-tired")));
  }

  @Test
  void membersThatALaterQemuAddsAreIgnored() throws IOException {
    assertThat(decode("RESUME", "{\"new\": [1, 2]}")).isEqualTo(new QapiEvent.Resumed());
  }

  @Test
  void whatIsUnknownOrIncompleteIsKeptAsItCame() throws IOException {
    assertThat(decode("VSERPORT_CHANGE", "{\"open\": true}"))
        .isInstanceOfSatisfying(
            QapiEvent.Unknown.class,
            unknown -> assertThat(unknown.event().name()).isEqualTo("VSERPORT_CHANGE"));
    assertThat(decode("SHUTDOWN", "{\"reason\": 7}")).isInstanceOf(QapiEvent.Unknown.class);
    assertThat(decode("SHUTDOWN", "[]")).isInstanceOf(QapiEvent.Unknown.class);
  }

  private static QapiEvent decode(String name, String data) throws IOException {
    return QapiEvent.decode(new QmpEvent(name, Json.read(data), Instant.EPOCH));
  }
}

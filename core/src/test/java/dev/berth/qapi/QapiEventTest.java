package dev.berth.qapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.json.Json;
import dev.berth.qapi.basic.IoOperationType;
import dev.berth.qapi.block.BlockErrorAction;
import dev.berth.qapi.block.BlockIoErrorEvent;
import dev.berth.qapi.qdev.DeviceDeletedEvent;
import dev.berth.qapi.runstate.GuestPanicAction;
import dev.berth.qapi.runstate.GuestPanickedEvent;
import dev.berth.qapi.runstate.PowerdownEvent;
import dev.berth.qapi.runstate.ResumeEvent;
import dev.berth.qapi.runstate.ShutdownCause;
import dev.berth.qapi.runstate.ShutdownEvent;
import dev.berth.qapi.runstate.StopEvent;
import dev.berth.qmp.QmpEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class QapiEventTest {

  @Test
  void eventsAreTyped() throws IOException {
    assertThat(decode("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}"))
        .isEqualTo(new ShutdownEvent(Optional.of(true), Optional.of(ShutdownCause.GUEST_SHUTDOWN)));
    assertThat(decode("POWERDOWN", "{}")).isEqualTo(new PowerdownEvent());
    assertThat(decode("STOP", "{}")).isEqualTo(new StopEvent());
    assertThat(decode("RESUME", "{}")).isEqualTo(new ResumeEvent());
    assertThat(decode("GUEST_PANICKED", "{\"action\": \"pause\"}"))
        .isEqualTo(new GuestPanickedEvent(GuestPanicAction.PAUSE, Optional.empty()));
    assertThat(decode("DEVICE_DELETED", "{\"path\": \"/machine/peripheral/nic/bus\"}"))
        .isEqualTo(new DeviceDeletedEvent(Optional.empty(), "/machine/peripheral/nic/bus"));
    assertThat(
            decode(
                "BLOCK_IO_ERROR",
                "{\"device\": \"\", \"node-name\": \"root\", \"operation\": \"write\","
                    + " \"action\": \"stop\", \"nospace\": true, \"reason\": \"No space\"}"))
        .isInstanceOfSatisfying(
            BlockIoErrorEvent.class,
            error -> {
              assertThat(error.nodeName()).contains("root");
              assertThat(error.operation()).isEqualTo(IoOperationType.WRITE);
              assertThat(error.action()).isEqualTo(BlockErrorAction.STOP);
              assertThat(error.nospace()).contains(true);
            });
  }

  @Test
  void anEventOfAnOldQemuMayLackWhatNewerOnesTell() throws IOException {
    assertThat(decode("SHUTDOWN", "{}"))
        .isEqualTo(new ShutdownEvent(Optional.empty(), Optional.empty()));
  }

  @Test
  void aWordThatALaterQemuAddsSurvives() throws IOException {
    assertThat(decode("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-tired\"}"))
        .isEqualTo(
            new ShutdownEvent(Optional.of(true), Optional.of(new ShutdownCause("guest-tired"))));
  }

  @Test
  void membersThatALaterQemuAddsAreIgnored() throws IOException {
    assertThat(decode("RESUME", "{\"new\": [1, 2]}")).isEqualTo(new ResumeEvent());
  }

  @Test
  void whatIsUnknownOrMalformedIsKeptAsItCame() throws IOException {
    assertThat(decode("NEVER_HEARD_OF", "{\"open\": true}"))
        .isInstanceOfSatisfying(
            QapiEvent.Unknown.class,
            unknown -> assertThat(unknown.event().name()).isEqualTo("NEVER_HEARD_OF"));
    assertThat(decode("DEVICE_DELETED", "{}")).isInstanceOf(QapiEvent.Unknown.class);
    assertThat(decode("SHUTDOWN", "{\"reason\": 7}")).isInstanceOf(QapiEvent.Unknown.class);
    assertThat(decode("SHUTDOWN", "[]")).isInstanceOf(QapiEvent.Unknown.class);
  }

  private static QapiEvent decode(String name, String data) throws IOException {
    return QapiEvent.decode(new QmpEvent(name, Json.read(data), Instant.EPOCH));
  }
}

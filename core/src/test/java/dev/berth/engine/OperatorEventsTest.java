package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.EventTypes;
import dev.berth.testing.FakeMachine;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What of QEMU's events is in the history of a domain. */
final class OperatorEventsTest extends EngineFixture {
  private static final String CLIENT =
      "{\"server\": {\"host\": \"127.0.0.1\", \"service\": \"5900\", \"family\": \"ipv4\","
          + " \"websocket\": false, \"auth\": \"none\"},"
          + " \"client\": {\"host\": \"10.0.0.7\", \"service\": \"41234\", \"family\": \"ipv4\","
          + " \"websocket\": false%s}}";

  static Stream<Arguments> told() {
    return Stream.of(
        told(
            "BLOCK_IO_ERROR",
            "{'device': '', 'node-name': 'disk-n', 'operation': 'read', 'action': 'report',"
                + " 'nospace': false, 'reason': 'Input/output error'}",
            new EventBody.IoError(
                Optional.empty(), "disk-n", "read", "report", "Input/output error", false)),
        told(
            "BLOCK_IMAGE_CORRUPTED",
            "{'device': '', 'node-name': 'disk-n', 'msg': 'refcounts', 'offset': 3, 'size': 9,"
                + " 'fatal': true}",
            new EventBody.ImageCorrupted(Optional.empty(), "disk-n", "refcounts", true)),
        told(
            "BLOCK_WRITE_THRESHOLD",
            "{'node-name': 'disk-n', 'amount-exceeded': 512, 'write-threshold': 1048576}",
            new EventBody.BlockThreshold(Optional.empty(), "disk-n", 1048576, 512)),
        told(
            "MEMORY_FAILURE",
            "{'recipient': 'guest', 'action': 'inject',"
                + " 'flags': {'action-required': true, 'recursive': false}}",
            new EventBody.MemoryFailure("guest", "inject", true, false)),
        told("WATCHDOG", "{'action': 'reset'}", new EventBody.WatchdogFired("reset")),
        told(
            "GUEST_PANICKED", "{'action': 'run'}", new EventBody.Panicked("run", Optional.empty())),
        told(
            "GUEST_CRASHLOADED",
            "{'action': 'run', 'info': {'type': 'hyper-v', 'arg1': 1, 'arg2': 2, 'arg3': 3,"
                + " 'arg4': 4, 'arg5': 5}}",
            new EventBody.CrashLoaded(
                "run",
                Optional.of(
                    "{\"type\":\"hyper-v\",\"arg1\":1,\"arg2\":2,\"arg3\":3,\"arg4\":4,"
                        + "\"arg5\":5}"))),
        told(
            "DEVICE_DELETED",
            "{'device': 'rng0', 'path': '/machine/peripheral/rng0'}",
            new EventBody.DeviceDeleted("rng0", Optional.empty())),
        told(
            "DEVICE_UNPLUG_GUEST_ERROR",
            "{'path': '/machine/unattached/device[9]'}",
            new EventBody.UnplugRefused(
                "/machine/unattached/device[9]", Optional.empty(), Optional.empty())),
        told(
            "MEM_UNPLUG_ERROR",
            "{'device': 'dimm1', 'msg': 'in use'}",
            new EventBody.UnplugRefused("dimm1", Optional.empty(), Optional.of("in use"))),
        told(
            "DEVICE_TRAY_MOVED",
            "{'device': '', 'id': 'cd', 'tray-open': true}",
            new EventBody.TrayMoved("cd", Optional.empty(), true)),
        told(
            "NIC_RX_FILTER_CHANGED",
            "{'name': 'lan', 'path': '/machine/peripheral/lan/virtio-backend'}",
            new EventBody.RxFilterChanged("lan", Optional.empty())),
        told(
            "VNC_CONNECTED",
            String.format(CLIENT, ""),
            new EventBody.VncConnected("10.0.0.7", "41234", "ipv4")),
        told(
            "VNC_INITIALIZED",
            String.format(CLIENT, ", \"sasl_username\": \"ann\""),
            new EventBody.VncInitialized("10.0.0.7", "41234", "ipv4", Optional.of("ann"))),
        told(
            "VNC_DISCONNECTED",
            String.format(CLIENT, ", \"x509_dname\": \"CN=bob\""),
            new EventBody.VncDisconnected("10.0.0.7", "41234", "ipv4", Optional.of("CN=bob"))));
  }

  private static Arguments told(String event, String data, EventBody body) {
    return Arguments.of(event, data.replace('\'', '"'), body);
  }

  @ParameterizedTest
  @MethodSource("told")
  void whatMattersToAnOperatorIsInTheHistory(String event, String data, EventBody body) {
    running().monitor().emit(event, data);

    eventually(() -> assertThat(bodies()).contains(body));
  }

  @Test
  void strangersAtTheScreenAreNoDoingOfTheGuest() {
    FakeMachine machine = running();

    machine.monitor().emit("VNC_CONNECTED", String.format(CLIENT, ""));
    machine.monitor().emit("WATCHDOG", "{\"action\": \"none\"}");

    eventually(
        () -> {
          assertThat(of(EventTypes.VNC_CONNECTED)).extracting(DomainEvent::actor).contains("qemu");
          assertThat(of(EventTypes.WATCHDOG)).extracting(DomainEvent::actor).contains("guest");
        });
  }

  @Test
  void partsOfDevicesAndEventsThatSayNothingAreNoNews() {
    FakeMachine machine = running();

    machine.monitor().emit("DEVICE_DELETED", "{\"path\": \"/machine/peripheral/a/backend\"}");
    machine.monitor().emit("WATCHDOG", "{}");
    machine.monitor().emit("BLOCK_WRITE_THRESHOLD", "{\"node-name\": 7}");
    machine.monitor().emit("RTC_CHANGE", "{\"offset\": 78, \"qom-path\": \"/machine/rtc\"}");
    machine.monitor().emit("DEVICE_DELETED", "{\"device\": \"rng0\", \"path\": \"/rng0\"}");

    eventually(() -> assertThat(of(EventTypes.DEVICE_DELETED)).hasSize(1));
    assertThat(of(EventTypes.WATCHDOG)).isEmpty();
    assertThat(of(EventTypes.BLOCK_THRESHOLD)).isEmpty();
  }

  @Test
  void aPanicWithInformationIsShownWithIt() {
    FakeMachine machine = running();
    machine.runState("guest-panicked");

    machine
        .monitor()
        .emit(
            "GUEST_PANICKED",
            "{\"action\": \"pause\", \"info\": {\"type\": \"hyper-v\", \"arg1\": 80, \"arg2\": 0,"
                + " \"arg3\": 0, \"arg4\": 0, \"arg5\": 0}}");

    host.await("web", DomainState.CRASHED);
    eventually( // QEMU may be asked for its state before it tells why
        () ->
            assertThat(web().status().detail())
                .hasValueSatisfying(detail -> assertThat(detail).contains("\"arg1\":80")));
  }

  @Test
  void aStormOfOneTypeHidesNoEventOfAnotherAndIsCounted() {
    FakeMachine machine = running();
    String moved = "{\"device\": \"\", \"id\": \"cd\", \"tray-open\": true}";
    for (int i = 0; i < 20_000; i++) {
      machine.monitor().emit("DEVICE_TRAY_MOVED", moved);
    }
    machine.monitor().emit("WATCHDOG", "{\"action\": \"none\"}");

    eventually(() -> assertThat(of(EventTypes.WATCHDOG)).hasSize(1));
    assertThat(of(EventTypes.TRAY_MOVED)).hasSizeLessThan(40);
  }

  @Test
  void textsOfStrangersAreCut() {
    FakeMachine machine = running();

    machine
        .monitor()
        .emit(
            "MEM_UNPLUG_ERROR",
            "{\"device\": \"dimm1\", \"msg\": \"" + "x".repeat(100_000) + "\"}");

    eventually(() -> assertThat(of(EventTypes.UNPLUG_REFUSED)).hasSize(1));
    assertThat(of(EventTypes.UNPLUG_REFUSED).get(0).attributes().get("reason")).hasSize(500);
  }

  private List<EventBody> bodies() {
    return memory.eventsAfter(0, 100_000).stream().map(DomainEvent::body).toList();
  }

  private List<DomainEvent> of(String type) {
    return memory.eventsAfter(0, 100_000).stream()
        .filter(event -> event.type().equals(type))
        .toList();
  }
}

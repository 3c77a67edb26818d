package dev.berth.definition;

import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import java.util.List;
import java.util.Optional;

/** The keys of an item of {@code nics[].forwards}. */
final class ForwardSection {
  private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final IntegerType PORT = new IntegerType(1, 65535);

  private static final Key<PortForward, Protocol> PROTOCOL =
      Key.defaulted(
          "protocol",
          ChoiceType.of(Protocol.class),
          Protocol.TCP,
          PortForward::protocol,
          "The transport protocol of both ports.");

  private static final Key<PortForward, String> HOST =
      Key.defaulted(
          "host",
          TextType.of("an IPv4 address such as 127.0.0.1", "(?:" + BYTE + "\\.){3}" + BYTE),
          "127.0.0.1",
          PortForward::hostAddress,
          "The host's address to listen on; `0.0.0.0` is every address, reachable from outside.");

  private static final Key<PortForward, Integer> HOST_PORT =
      Key.required(
          "host-port",
          PORT,
          "host-port: 8080",
          PortForward::hostPort,
          "The host's port. Below 1024 the host process needs the privilege to bind it.");

  private static final Key<PortForward, Integer> GUEST_PORT =
      Key.required(
          "guest-port",
          PORT,
          "guest-port: 80",
          PortForward::guestPort,
          "The guest's port that connections reach.");

  static final Section<PortForward> SECTION =
      new Section<>(
          "a port forward",
          List.of(PROTOCOL, HOST, HOST_PORT, GUEST_PORT),
          ForwardSection::check,
          values ->
              new PortForward(
                  values.of(PROTOCOL),
                  values.of(HOST),
                  values.of(HOST_PORT),
                  values.of(GUEST_PORT)),
          schema -> {});

  private ForwardSection() {}

  private static void check(Values<PortForward> values, Place place) {
    Optional<Protocol> protocol = values.find(PROTOCOL);
    Optional<String> host = values.find(HOST);
    Optional<Integer> port = values.find(HOST_PORT);
    if (protocol.isEmpty() || host.isEmpty() || port.isEmpty()) {
      return;
    }
    place
        .reading()
        .hostPorts()
        .take(protocol.get(), host.get(), port.get(), place.path())
        .ifPresent(
            other ->
                place
                    .key(HOST_PORT.name())
                    .report(
                        values.position(HOST_PORT),
                        String.format(
                            "%s already listens on port %d: choose another port or address",
                            other, port.get())));
  }
}

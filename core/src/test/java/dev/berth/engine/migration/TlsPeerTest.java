package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TargetHost;
import dev.berth.testing.MemoryHost;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a QEMU of this host connects because a host elsewhere says so. */
final class TlsPeerTest {

  @ParameterizedTest
  @CsvSource({
    "tls://host-b.example, host-b.example:49152",
    "tls://host-b.example:16521, host-b.example:49152",
    "tls://[2001:db8::2], [2001:db8::2]:49152"
  })
  void aHostThatNamesNoAddressIsReachedByTheOneThatWasAsked(String asked, String reached) {
    assertThat(reach(asked, "0.0.0.0:49152")).isEqualTo(StreamAddress.of(reached));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7:49152", "[2001:db8::7]:49160"})
  void aHostMayHaveAnotherAddressForMigrations(String named) {
    assertThat(reach("tls://host-b.example", named)).isEqualTo(StreamAddress.of(named));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/run/berth/state",
        "0.0.0.0:443",
        "192.0.2.7:22",
        "127.0.0.1:49152",
        "[::1]:49152",
        "[::]:49152",
        "169.254.169.254:49152",
        "[fe80::1]:49152",
        "224.0.0.1:49152",
        "intranet.example:49152"
      })
  void nothingElseIsConnectedTo(String named) {
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> reach("tls://host-b.example", named))
        .withMessageContaining("tls://host-b.example")
        .withMessageContaining(named)
        .withMessageContaining("migration-address");
  }

  /** What listens there may be anything that serves this machine alone. */
  @Test
  void nothingOfThisMachineIsConnectedTo() throws Exception {
    List<String> own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .map(InetAddress::getHostAddress)
            .map(address -> address.replaceFirst("%.*", ""))
            .map(address -> address.contains(":") ? "[" + address + "]" : address)
            .toList();

    assertThat(own).isNotEmpty();
    for (String address : own) {
      assertThatExceptionOfType(HostFailureException.class)
          .as(address)
          .isThrownBy(() -> reach("tls://host-b.example", address + ":49152"))
          .withMessageContaining("no address of another machine");
    }
  }

  @Test
  void aHostShowsItsOwnCertificateAndNoOther() {
    assertThatCode(() -> TlsPeer.requirePlain(URI.create("tls://host-b")))
        .doesNotThrowAnyException();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> TlsPeer.requirePlain(URI.create("tls://host-b?pkipath=/root/tls")))
        .withMessageContaining("tls-certificate");
  }

  private static StreamAddress reach(String asked, String named) {
    try (TlsPeer peer = new TlsPeer(URI.create(asked), MemoryHost.create(), TlsPeerTest::nobody)) {
      return peer.reach(StreamAddress.of(named));
    }
  }

  private static TargetHost nobody() {
    throw new AssertionError("nobody is asked");
  }
}

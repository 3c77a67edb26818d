package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {
  private static final TlsFiles USUAL = TlsFiles.in(Path.of("/usual"));

  @ParameterizedTest
  @CsvSource({
    "tls://host.example,                       tls://host.example:16520, /usual",
    "tls://host.example/,                      tls://host.example:16520, /usual",
    "tls://192.0.2.1:99,                       tls://192.0.2.1:99,       /usual",
    "tls://[2001:db8::1]:99,                   tls://[2001:db8::1]:99,   /usual",
    "tls://host?pkipath=/etc/pki/a%20b,        tls://host:16520,         /etc/pki/a b",
    "tls://host:1?pkipath=/mine,               tls://host:1,             /mine"
  })
  void anAddressSaysHostPortAndFiles(String uri, String place, Path directory) {
    TlsAddress address = (TlsAddress) ControlAddress.of(URI.create(uri), Optional.of(USUAL));

    assertThat(address.text()).isEqualTo(place);
    assertThat(address.files()).isEqualTo(TlsFiles.in(directory));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tls:host",
        "tls:///path",
        "tls://host:port",
        "tls://host:65536",
        "tls://host/path",
        "tls://user@host",
        "tls://host#there",
        "tls://host?pkipath=relative",
        "tls://host?pkipath=/a%00b",
        "tls://host?no_verify=1",
        "tls://host_name",
        "tcp://host",
        "unix:relative"
      })
  void whatIsNoAddressIsRefusedInWords(String uri) {
    assertThatThrownBy(() -> ControlAddress.of(URI.create(uri), Optional.of(USUAL)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("'" + uri + "'")
        .hasMessageContaining("is no address");
  }
}

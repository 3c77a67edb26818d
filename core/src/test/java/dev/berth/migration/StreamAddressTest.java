package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StreamAddressTest {

  @ParameterizedTest
  @CsvSource({
    "/run/berth/state, unix:/run/berth/state",
    "192.0.2.1:49152, tcp:192.0.2.1:49152",
    "host-b.example:49152, tcp:host-b.example:49152",
    "[fe80::1%eth0]:49152, tcp:[fe80::1%eth0]:49152"
  })
  void anAddressIsReadBackAndToldQemu(String text, String uri) {
    StreamAddress address = StreamAddress.of(text);

    assertThat(address.text()).isEqualTo(text);
    assertThat(address.uri()).isEqualTo(uri);
  }

  @Test
  void anAddressOfIpv6IsKeptWithoutBrackets() {
    assertThat(StreamAddress.of("[::1]:49152")).isEqualTo(new StreamAddress.Port("::1", 49_152));
    assertThat(StreamAddress.of("/run/state"))
        .isEqualTo(new StreamAddress.Socket(Path.of("/run/state")));
  }
}

package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** At which ports machines and images of other hosts can come in. */
final class HostNetworkTest {
  private static final String HERE = "127.0.0.14";

  @Test
  void aPortThatSomebodyListensOnIsNotFreeUntilThatEnds() throws IOException {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HERE));
    HostNetwork network = at(HERE, taken.getLocalPort(), taken.getLocalPort());
    try (taken) {
      assertThat(network.freePorts(1)).isEmpty();
      assertThat(network.lacking(1)).contains(network.noPorts());
      assertThat(network.noPorts()).contains(Integer.toString(taken.getLocalPort()), HERE);
    }
    assertThat(network.freePorts(1)).containsExactly(taken.getLocalPort());
    assertThat(network.lacking(1)).isEmpty();
    assertThat(network.lacking(2)).isPresent();
  }

  @Test
  void noPortIsFreeAtAnAddressThatIsAnotherHosts() {
    assertThat(at("192.0.2.7", 49_152, 49_160).freePorts(1)).isEmpty();
  }

  @Test
  void noMoreAreLookedForThanAreWanted() {
    assertThat(at(HERE, 49_152, 49_215).freePorts(2)).hasSize(2);
  }

  private static HostNetwork at(String address, int first, int last) {
    return new HostNetwork(
        TlsFiles.in(Path.of("/nowhere")), "0.0.0.0", new MigrationNetwork(address, first, last));
  }
}

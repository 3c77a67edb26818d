package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.machine.TapSource;
import dev.berth.stats.LinkCounters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counters of network interfaces. */
final class LinkTableTest {
  private static final List<String> LINES =
      List.of(
          "Inter-|   Receive                                                |  Transmit",
          " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs",
          "    lo:     100       1    0    0    0     0          0         0      100       1    0"
              + "    0    0     0       0          0",
          "berth0:    5000      50    1    2    0     0          0         0     7000      70    3"
              + "    4    0     0       0          0");

  @TempDir private Path addresses;

  @Test
  void whatATapSendsItsGuestReceives() {
    assertThat(LinkTable.of(LINES, addresses).counters("berth0"))
        .contains(new LinkCounters(7000, 70, 3, 4, 5000, 50, 1, 2));
    assertThat(LinkTable.of(LINES, addresses).counters("tap9")).isEmpty();
  }

  @Test
  void aTapThatWasMadeForAGuestIsKnownByItsAddress() throws Exception {
    Files.createDirectory(addresses.resolve("berth0"));
    Files.writeString(addresses.resolve("berth0/address"), "fe:54:00:00:00:07\n");
    LinkTable links = LinkTable.of(LINES, addresses);

    assertThat(links.device(new TapSource.OnBridge("br0", "52:54:00:00:00:07"))).contains("berth0");
    assertThat(links.device(new TapSource.OnBridge("br0", "52:54:00:00:00:08"))).isEmpty();
    assertThat(links.device(new TapSource.Existing("tap3"))).contains("tap3");
    assertThat(links.device(new TapSource.Given("lan"))).isEmpty();
  }

  @Test
  void theHostsOwnInterfacesAreRead() {
    assertThat(LinkTable.read().counters("lo")).isPresent();
  }
}

package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.TestQemu;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Screens of real machines. */
@Tag("once")
@Timeout(300)
final class ScreenTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  @Test
  void aScreenIsSeenWhateverItsGuestDoes() throws Exception {
    aScreenIsSeen("vga");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void aScreenOfEachVersionIsSeen(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    aScreenIsSeen("virtio");
  }

  private void aScreenIsSeen(String video) throws Exception {
    try (VmHost host = home.open()) {
      home.define(host, "vm", "memory: 64MiB", "video: " + video);
      long pid =
          host.start(VM, StartMode.PAUSED, CallOptions.none())
              .snapshot()
              .machine()
              .orElseThrow()
              .pid()
              .orElseThrow();
      List<Integer> unused = pixels(screen(host));
      List<String> open = openFiles(pid);

      host.resume(VM, CallOptions.none());
      eventually(() -> assertThat(pixels(screen(host))).isNotEqualTo(unused)); // firmware's words
      host.pause(VM, CallOptions.none());
      BufferedImage stopped = screen(host);

      assertThat(stopped.getWidth()).isGreaterThanOrEqualTo(640);
      assertThat(pixels(screen(host))).isEqualTo(pixels(stopped));
      assertThat(openFiles(pid)).as("nothing is left open in QEMU").isEqualTo(open);
      try (Stream<Path> files = Files.walk(directory.resolve("run"))) {
        assertThat(files).noneMatch(file -> file.endsWith("screen"));
      }
    }
  }

  private static BufferedImage screen(VmHost host) {
    byte[] png = host.screenshot(VM, CallOptions.within(TestHome.PATIENCE));
    try {
      return ImageIO.read(new ByteArrayInputStream(png));
    } catch (IOException e) {
      throw new AssertionError("that is no picture", e);
    }
  }

  private static List<String> openFiles(long pid) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return descriptors
          .map(ScreenTest::target)
          .filter(target -> target.startsWith("/") && !target.startsWith("/dev"))
          .sorted()
          .toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  private static List<Integer> pixels(BufferedImage picture) {
    int width = picture.getWidth();
    return IntStream.of(picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width))
        .boxed()
        .toList();
  }
}

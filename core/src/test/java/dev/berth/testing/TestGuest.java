package dev.berth.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The example guest's files, and the words it understands and prints. {@code
 * docs/examples/guest/README.md} describes them all.
 *
 * <p>The guest is the one in the directory that the environment variable {@code BERTH_GUEST} names,
 * else that of the source tree, which is built when it is missing or out of date.
 */
public final class TestGuest {
  /** Begins the line that the guest prints once per boot, when it is ready for everything. */
  public static final String UP = "GUEST-UP";

  /** Begins each heartbeat line; a number, one higher each time, follows. */
  public static final String HEARTBEAT = "HEARTBEAT";

  /** Begins the line that says how a boot ends: poweroff, reboot, halt or panic. */
  public static final String DOWN = "GUEST-DOWN";

  /** What a deaf guest prints when its power button is pressed. */
  public static final String BUTTON_IGNORED = "POWER-BUTTON ignored";

  /** Printed when the ports 7 (echo) and 80 (HTTP) are served. */
  public static final String SERVING = "SERVING 7 80";

  /** Kernel command line switch: the power button is ignored. */
  public static final String DEAF = "g.deaf";

  /** Kernel command line switch: an address by DHCP, then echo and HTTP are served. */
  public static final String DHCP = "g.ip=dhcp";

  /** What each builder has built for this JVM: to see that it is up to date takes a moment. */
  private static final Map<Path, TestGuest> BUILT = new ConcurrentHashMap<>();

  private final Path directory;

  private TestGuest(Path directory) {
    this.directory = directory;
  }

  /**
   * Finds the guest, building it first if need be.
   *
   * @throws IllegalStateException if it cannot be found or built; the message says what to do
   */
  public static TestGuest locate() {
    return locate(System.getenv("BERTH_GUEST"));
  }

  static TestGuest locate(@Nullable String namedDirectory) {
    if (namedDirectory != null) {
      return in(Path.of(namedDirectory));
    }
    return BUILT.computeIfAbsent(Checkout.locate("docs/examples/guest/build.sh"), TestGuest::built);
  }

  private static TestGuest built(Path builder) {
    Checkout.run(builder);
    try {
      // A later build may turn the link elsewhere while a test is running.
      return in(builder.resolveSibling("out").toRealPath());
    } catch (IOException e) {
      throw new IllegalStateException(builder + " left no guest behind: " + e.getMessage(), e);
    }
  }

  private static TestGuest in(Path directory) {
    var guest = new TestGuest(directory.toAbsolutePath());
    Stream.of(guest.kernel(), guest.firmwareKernel(), guest.initrd(), guest.agentInitrd())
        .filter(file -> !Files.isReadable(file))
        .findFirst()
        .ifPresent(
            file -> {
              throw new IllegalStateException(
                  "The test guest's "
                      + file
                      + " is missing or unreadable. Build it with docs/examples/guest/build.sh"
                      + " and let BERTH_GUEST name the directory, or unset it.");
            });
    return guest;
  }

  /** The uncompressed kernel: boots fastest, directly only. */
  public Path kernel() {
    return directory.resolve("vmlinux");
  }

  /** The same kernel as a bzImage, for boots through firmware. */
  public Path firmwareKernel() {
    return directory.resolve("vmlinuz");
  }

  /** The guest proper: everything but the guest agent. */
  public Path initrd() {
    return directory.resolve("initrd.img");
  }

  /** The guest with qemu-guest-agent, which starts when its port appears. */
  public Path agentInitrd() {
    return directory.resolve("initrd-agent.img");
  }

  /** A kernel command line for the serial console and a fast boot, with these switches. */
  public static String cmdline(String... switches) {
    return Stream.concat(
            Stream.of("console=ttyS0", "quiet", "cryptomgr.notests", "no_timer_check"),
            Arrays.stream(switches))
        .collect(Collectors.joining(" "));
  }

  /**
   * The switch that runs console commands in the background from the start, such as {@code
   * heartbeat} and {@code after 2 panic}.
   */
  public static String running(String... commands) {
    return Arrays.stream(commands)
        .map(command -> command.replace(' ', '+'))
        .collect(Collectors.joining(",", "g.run=", ""));
  }

  @Override
  public String toString() {
    return "TestGuest[" + directory + "]";
  }
}

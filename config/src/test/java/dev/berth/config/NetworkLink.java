package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two network namespaces and a link between them, on which single ports are cut off: what goes to
 * them and comes from them gets lost, as if a cable were out. Needs the privileges of root. Not
 * thread-safe; whoever made it closes it, which leaves no namespace.
 */
final class NetworkLink implements Closeable {
  private static final List<String> ENDS = List.of("a", "b");
  private static final long PATIENCE_SECONDS = 60;

  /** How often the kernel sends again what nobody confirms: for some seconds, or 15 min. */
  private static final String FEW = "4";

  private static final String USUAL = "15";

  private final String name = "berth-link-" + ProcessHandle.current().pid() + "-";

  private NetworkLink() {}

  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Makes it. */
  static NetworkLink make() {
    NetworkLink link = new NetworkLink();
    boolean made = false;
    try {
      ENDS.forEach(end -> run("ip", "netns", "add", link.name + end));
      run(
          "ip",
          "-n",
          link.name + "a",
          "link",
          "add",
          "berth0",
          "type",
          "veth",
          "peer",
          "name",
          "berth0",
          "netns",
          link.name + "b");
      for (String end : ENDS) {
        link.ip(end, "addr", "add", link.address(end) + "/30", "dev", "berth0");
        link.ip(end, "link", "set", "lo", "up");
        link.ip(end, "link", "set", "berth0", "up");
      }
      made = true;
      return link;
    } finally {
      if (!made) {
        link.close();
      }
    }
  }

  /** The address of that end, {@code a} or {@code b}. */
  String address(String end) {
    return end.equals("a") ? "198.51.100.1" : "198.51.100.2";
  }

  /** What starts another program there, as which it goes on. */
  List<String> starter(String end) {
    return List.of("nsenter", "--net=/run/netns/" + name + end);
  }

  /** Nothing gets to that port of either end any more, or from it, and soon nobody waits for it. */
  void cutForGood(int port) {
    retries(FEW);
    cut(port);
  }

  /** The same, and connections outlive it. */
  void cut(int port) {
    for (String end : ENDS) {
      for (String way : List.of("dport", "sport")) {
        ip(end, "rule", "add", "ipproto", "tcp", way, Integer.toString(port), "blackhole");
      }
    }
  }

  /** It is as before. */
  void heal(int port) {
    retries(USUAL);
    for (String end : ENDS) {
      for (String way : List.of("dport", "sport")) {
        ip(end, "rule", "del", "ipproto", "tcp", way, Integer.toString(port), "blackhole");
      }
    }
  }

  private void retries(String count) {
    for (String end : ENDS) {
      there(end, "sysctl", "-q", "-w", "net.ipv4.tcp_retries2=" + count);
    }
  }

  /** Each connection to that port ends at both ends, as when something on its way resets it. */
  void reset(int port) {
    for (String end : ENDS) {
      there(
          end,
          "ss",
          "-K",
          "-tnH",
          "state",
          "established",
          "sport = :" + port + " or dport = :" + port);
    }
  }

  /** Whether there is a connection to that port. */
  boolean isConnected(int port) {
    return !there("a", "ss", "-tnH", "state", "established", of(port)).isBlank();
  }

  /** Whether somebody has sent to that port, or wants to connect to it, and nobody confirms it. */
  boolean isUnanswered(int port) {
    return ENDS.stream()
        .map(end -> there(end, "ss", "-tnioH", of(port)))
        .anyMatch(told -> told.contains("SYN-SENT") || told.contains("backoff:"));
  }

  private static String of(int port) {
    return "sport = :" + port + " or dport = :" + port;
  }

  /** The ports that somebody listens on at that end. */
  List<Integer> listening(String end) {
    return there(end, "ss", "-tlnH")
        .lines()
        .map(line -> line.split("\\s+")[3])
        .map(local -> Integer.parseInt(local.substring(local.lastIndexOf(':') + 1)))
        .toList();
  }

  private void ip(String end, String... words) {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name + end));
    command.addAll(List.of(words));
    run(command.toArray(String[]::new));
  }

  private String there(String end, String... words) {
    List<String> command = new ArrayList<>(starter(end));
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as("%s: %s", List.of(command), said).isZero();
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    for (String end : ENDS) {
      if (Files.exists(Path.of("/run/netns", name + end))) {
        run("ip", "netns", "del", name + end);
      }
    }
  }
}

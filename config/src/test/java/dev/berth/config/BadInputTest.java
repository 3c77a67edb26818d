package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What cannot work gets an error of the right class that names the thing and the remedy; the domain
 * is as it was, and so is its neighbour.
 */
final class BadInputTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final DomainRef NEIGHBOUR = DomainRef.of("neighbour");

  // ---- images

  @Test
  void anImageThatIsMissing() {
    assertStartRefused(
        InvalidDefinitionException.class,
        disk("missing.qcow2", "qcow2"),
        "disks[0].file",
        directory.resolve("missing.qcow2").toString(),
        "does not exist");
  }

  @Test
  void anImageThatIsADirectory() throws IOException {
    Files.createDirectory(directory.resolve("images"));

    assertStartRefused(
        InvalidDefinitionException.class,
        disk("images", "raw"),
        directory.resolve("images").toString(),
        "is a directory: name a file in it");
  }

  @Test
  void anImageThatIsNone() throws IOException {
    Files.writeString(directory.resolve("notes.txt"), "no image".repeat(100));

    assertStartRefused(
        InvalidDefinitionException.class,
        disk("notes.txt", "qcow2"),
        directory.resolve("notes.txt").toString(),
        "is not a qcow2 image",
        "'format'");
  }

  @Test
  void anImageThatStandsOnAnother() throws Exception {
    image("base.qcow2");
    image("top.qcow2", "-b", directory.resolve("base.qcow2").toString(), "-F", "qcow2");

    assertStartRefused(
        InvalidDefinitionException.class,
        disk("top.qcow2", "qcow2"),
        directory.resolve("top.qcow2").toString(),
        "backing");
  }

  @Test
  void anImageThatAnotherDomainUses() throws Exception {
    image("shared.qcow2");
    try (VmHost host = home.open()) {
      home.define(host, "neighbour", "memory: 64MiB", disk("shared.qcow2", "qcow2"));
      host.start(NEIGHBOUR, StartMode.PAUSED, CallOptions.none());
      home.define(host, "vm", "memory: 64MiB", disk("shared.qcow2", "qcow2"));

      assertThatThrownBy(() -> start(host))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContainingAll("'vm'", "Another process uses the image", "use another image");

      assertOff(host);
      assertThat(host.resume(NEIGHBOUR, CallOptions.none()).snapshot().status().state())
          .isEqualTo(DomainState.RUNNING);
    }
  }

  // ---- the network

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertStartRefused(
          InvalidDefinitionException.class,
          "nics: [{name: net0, forwards: [{host-port: %d, guest-port: 80}]}]"
              .formatted(taken.getLocalPort()),
          Integer.toString(taken.getLocalPort()),
          "taken",
          "choose another");
    }
  }

  // ---- QEMU

  @Test
  void aQemuThatIsMissing() {
    assertQemuRefused(directory.resolve("no-qemu"), "there is no such file");
  }

  @Test
  void aQemuThatIsNotExecutable() throws IOException {
    assertQemuRefused(Files.createFile(directory.resolve("file")), "it is not executable");
  }

  @Test
  void aQemuThatIsSomethingElse() throws IOException {
    Path script = directory.resolve("script");
    Files.writeString(script, "#!/bin/sh\necho I am not QEMU\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

    assertQemuRefused(script, "Install qemu-system-x86");
  }

  private void assertQemuRefused(Path binary, String why) {
    home.set("qemu", binary.toString());
    try (VmHost host = home.open()) {
      home.defineIdle(host, "vm");

      assertThatThrownBy(() -> start(host))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContainingAll(binary.toString(), why);

      assertOff(host);
    }
  }

  // ---- homes and names

  @Test
  void aHomeWhoseSocketsWouldHaveTooLongPaths() {
    Path deep = directory.resolve("d".repeat(100));

    assertThatThrownBy(() -> new TestHome(deep).open())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(deep.toString(), "107", "shorter path");
    assertThat(deep).doesNotExist();
  }

  @Test
  void aHomeWhoseMachinesWouldHaveTooLongPaths() {
    int room = 107 - directory.toString().length() - "//control.sock".length();
    TestHome deep = new TestHome(directory.resolve("d".repeat(room)));
    try (VmHost host = deep.open()) {
      deep.defineIdle(host, "vm");

      assertThatThrownBy(() -> start(host))
          .isInstanceOf(BerthException.class)
          .hasMessageContainingAll(deep.directory().toString(), "107", "shorter path");

      assertOff(host);
    }
    assertThat(deep.runDirectories()).isEmpty();
  }

  @Test
  void twoDefinitionsWithOneUuid() {
    String uuid = "uuid: 1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    try (VmHost host = home.open()) {
      home.define(host, "neighbour", "memory: 64MiB", uuid);

      assertThatThrownBy(() -> home.define(host, "vm", "memory: 64MiB", uuid))
          .isInstanceOf(AlreadyExistsException.class)
          .hasMessageContainingAll("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "neighbour");

      assertThat(host.list())
          .extracting(domain -> domain.name().text())
          .containsExactly("neighbour");
    }
  }

  // ---- steps

  private static String disk(String file, String format) {
    return "disks: [{name: root, file: %s, format: %s}]".formatted(file, format);
  }

  private void image(String name, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(TestQemu.installed().imageTool().toString());
    command.addAll(List.of("create", "-q", "-f", "qcow2"));
    command.addAll(List.of(options));
    command.addAll(List.of(directory.resolve(name).toString(), "16M"));
    Process create = new ProcessBuilder(command).inheritIO().start();
    assertThat(create.waitFor(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(create.exitValue()).isZero();
  }

  /** A start of a domain with that line in its definition fails and leaves everything as it was. */
  private void assertStartRefused(
      Class<? extends BerthException> error, String line, String... words) {
    try (VmHost host = home.open()) {
      DomainSnapshot neighbour = home.startIdle(host, "neighbour");
      home.define(host, "vm", "memory: 64MiB", line);

      assertThatThrownBy(() -> start(host))
          .isInstanceOf(error)
          .hasMessageContaining("vm")
          .hasMessageContainingAll(words);

      assertOff(host);
      assertThat(host.resume(NEIGHBOUR, CallOptions.none()).snapshot().machine().orElseThrow())
          .extracting(machine -> machine.incarnation())
          .isEqualTo(neighbour.machine().orElseThrow().incarnation());
    }
  }

  private static void start(VmHost host) {
    host.start(VM, StartMode.PAUSED, CallOptions.none());
  }

  private static void assertOff(VmHost host) {
    assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(host.domain(VM).machine()).isEmpty();
    assertThat(host.domain(VM).operation()).isEmpty();
  }
}

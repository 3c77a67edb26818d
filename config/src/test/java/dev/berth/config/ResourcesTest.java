package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.CallOptions;
import dev.berth.host.DiskSummary;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.EventStream;
import dev.berth.host.ResourceRequest;
import dev.berth.host.ResourceRequest.Occasion;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import dev.berth.testing.contract.OpenFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Images and secrets that are given at the start, with real QEMU. */
@Tag("once")
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class ResourcesTest {
  private static final String SECRET = "open sesame \u00e9";

  @TempDir private static Path shared;

  @TempDir private Path directory;
  private TestHome home;

  @BeforeAll
  static void makeEncryptedImage() throws Exception {
    EncryptedImage.create(shared.resolve("encrypted.qcow2"), SECRET);
  }

  @BeforeEach
  void prepare() {
    home = new TestHome(directory.resolve("home"));
  }

  @AfterEach
  void clear() {
    home.clear();
  }

  @Test
  void aGuestWritesToAnImageThatHasNoNameAnyMore() throws Exception {
    Path image = raw("data.raw");
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      DomainRef guest = defineWriter(host, "disks: [{name: data, fd: data-fd, format: raw}]");
      Files.delete(image);

      host.start(
          guest,
          StartMode.RUNNING,
          Resources.of(Map.of("data-fd", file.getFD()), Map.of()),
          CallOptions.none());
      ConsoleLog.of(host, guest).await("WROTE 8", TestHome.PATIENCE);
      host.destroy(guest, TestHome.PATIENCE, CallOptions.none());

      byte[] written = new byte[80];
      file.readFully(written);
      assertThat(new String(written, StandardCharsets.ISO_8859_1)).startsWith("block ");
    }
  }

  @Test
  void aSecretOpensAnEncryptedDiskAndIsNowhereElse() throws Exception {
    Path image = encrypted("secret.qcow2");
    try (VmHost host = home.open()) {
      DomainRef guest =
          defineWriter(host, disk("{name: data, file: %s, format: qcow2, secret: key}", image));

      host.start(guest, StartMode.RUNNING, secret(SECRET), CallOptions.none());
      ConsoleLog.of(host, guest).await("WROTE 8", TestHome.PATIENCE);

      long pid = host.domain(guest).machine().orElseThrow().pid().orElseThrow();
      assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline"))).doesNotContain("sesame");
    }
    try (Stream<Path> files = Files.walk(directory.resolve("home"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(content).as(file.toString()).doesNotContain("sesame", "b3BlbiBzZXNhbWU");
      }
    }
  }

  @Test
  void aWrongSecretIsTheCallersAndChangesNothing() throws Exception {
    Path image = encrypted("secret.qcow2");
    try (VmHost host = home.open()) {
      DomainRef domain =
          define(host, "web", disk("{name: data, file: %s, format: qcow2, secret: key}", image));

      assertThatThrownBy(
              () -> host.start(domain, StartMode.PAUSED, secret("wrong one"), CallOptions.none()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("disk 'data'")
          .hasMessageContaining("Give the secret that the image was encrypted with")
          .hasMessageNotContaining("wrong one");
      assertThat(host.domain(domain).machine()).isEmpty();
      assertThat(home.runDirectories()).isEmpty();
    }
  }

  @Test
  void whatDoesNotFitIsNamed() throws Exception {
    Path plain = raw("plain.raw");
    Path image = encrypted("secret.qcow2");
    try (VmHost host = home.open();
        RandomAccessFile readable = new RandomAccessFile(plain.toFile(), "r");
        RandomAccessFile noImage = new RandomAccessFile("/dev/null", "rw");
        RandomAccessFile secret = new RandomAccessFile(image.toFile(), "rw")) {
      DomainRef domain =
          define(
              host,
              "web",
              "disks:",
              "  - {name: a, fd: readable, format: raw}",
              "  - {name: b, fd: no-image, format: raw}",
              "  - {name: c, fd: secret, format: qcow2}",
              "nics: [{name: lan, network: tap, fd: no-tap}]");
      Resources given =
          Resources.of(
              Map.of(
                  "readable", readable.getFD(),
                  "no-image", noImage.getFD(),
                  "secret", secret.getFD(),
                  "no-tap", noImage.getFD()),
              Map.of());

      assertThatThrownBy(() -> host.start(domain, StartMode.PAUSED, given, CallOptions.none()))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("disks[0].fd: file descriptor 'readable'")
          .hasMessageContaining("is open for reading only")
          .hasMessageContaining("disks[1].fd: file descriptor 'no-image'")
          .hasMessageContaining("is neither a file nor a block device")
          .hasMessageContaining("disks[2].fd: file descriptor 'secret'")
          .hasMessageContaining("is encrypted: add 'secret: NAME'")
          .hasMessageContaining("nics[0].fd: file descriptor 'no-tap' is no tap device");
    }
  }

  @Test
  void oneFileIsNotGivenToTwoMachinesThatWrite() throws Exception {
    Path image = raw("data.raw");
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      DomainRef first = define(host, "one", "disks: [{name: data, fd: data-fd, format: raw}]");
      DomainRef second = define(host, "two", "disks: [{name: data, fd: data-fd, format: raw}]");
      Resources given = Resources.of(Map.of("data-fd", file.getFD()), Map.of());
      host.start(first, StartMode.PAUSED, given, CallOptions.none());

      assertThatThrownBy(() -> host.start(second, StartMode.PAUSED, given, CallOptions.none()))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("file descriptor 'data-fd'")
          .hasMessageContaining("domain 'one' has open");
      host.destroy(first, TestHome.PATIENCE, CallOptions.none());
      host.start(second, StartMode.PAUSED, given, CallOptions.none());

      assertThat(host.domain(second).status().state()).isEqualTo(DomainState.PAUSED);
    }
  }

  @Test
  void aFileThatAnotherMachineWasGivenIsNotAttached() throws Exception {
    Path image = raw("data.raw");
    Path sameFile = Files.createLink(directory.resolve("another name"), image);
    try (VmHost host = home.open();
        RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw");
        RandomAccessFile again = new RandomAccessFile(sameFile.toFile(), "rw")) {
      DomainRef first = define(host, "one", "disks: [{name: data, fd: data-fd, format: raw}]");
      DomainRef second = define(host, "two");
      host.start(
          first,
          StartMode.PAUSED,
          Resources.of(Map.of("data-fd", file.getFD()), Map.of()),
          CallOptions.none());
      host.start(second, StartMode.PAUSED, CallOptions.none());
      Resources given = Resources.of(Map.of("more-fd", again.getFD()), Map.of());

      assertThatThrownBy(() -> attach(host, second, given))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("Cannot attach disk 'more' to domain 'two'")
          .hasMessageContaining("file descriptor 'more-fd' leads to the same file")
          .hasMessageContaining("domain 'one' has open");
      assertThat(host.disks(second)).isEmpty();
      assertThatThrownBy(() -> attach(host, first, given))
          .as("nor to itself a second time")
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("domain 'one' has open");
      host.destroy(first, TestHome.PATIENCE, CallOptions.none());
      attach(host, second, given);

      assertThat(host.disks(second)).extracting(DiskSummary::name).containsExactly("more");
    }
  }

  private void attach(VmHost host, DomainRef domain, Resources given) {
    var disk =
        new DefinitionDocument("{name: more, fd: more-fd, format: raw}", "more.yaml", directory);
    host.attachDisk(domain, disk, EditScope.LIVE, given, CallOptions.none());
  }

  @Test
  void aMachineThatWasGivenThingsIsAdoptedAndStartedAgainByTheNextHost() throws Exception {
    Path image = encrypted("secret.qcow2");
    Queue<ResourceRequest> asked = new ConcurrentLinkedQueue<>();
    HostSettings settings =
        home.settings()
            .resources(
                request -> {
                  asked.add(request);
                  return opened(image);
                });
    String incarnation;
    try (VmHost host = Berth.open(settings)) {
      DomainRef domain =
          define(
              host,
              "web",
              "restart: on-failure",
              "disks: [{name: data, fd: data-fd, format: qcow2, secret: key}]");
      VerbResult started = host.start(domain, StartMode.RUNNING, CallOptions.none());
      incarnation = started.snapshot().machine().orElseThrow().incarnation();
    }
    DomainRef web = DomainRef.of("web");
    try (VmHost host = Berth.open(settings)) {
      DomainSnapshot adopted = TestHome.settled(host, web);
      assertThat(adopted.machine().orElseThrow().incarnation()).isEqualTo(incarnation);
      host.pause(web, CallOptions.none());
      host.resume(web, CallOptions.none());
      assertThat(OpenFiles.ofThisProcess()).noneMatch(file -> file.contains("secret.qcow2"));

      QemuOf.machine(home.directory(), adopted).kill();

      QemuOf.awaitThat("web has another machine", () -> runsOtherThan(host, incarnation));
    }
    assertThat(asked).hasSize(2);
    assertThat(asked)
        .allSatisfy(
            request -> {
              assertThat(request.domain().text()).isEqualTo("web");
              assertThat(request.missing().descriptors()).isEqualTo(Set.of("data-fd"));
              assertThat(request.missing().secrets()).isEqualTo(Set.of("key"));
            });
    assertThat(asked)
        .extracting(ResourceRequest::occasion)
        .containsExactly(Occasion.START, Occasion.RESTART);
    assertThat(asked).extracting(ResourceRequest::actor).containsExactly("api", "host");
    assertThat(OpenFiles.ofThisProcess()).noneMatch(file -> file.contains("secret.qcow2"));
  }

  @Test
  void whatNobodySuppliesToTheHostItselfIsShown() throws Exception {
    Path image = encrypted("secret.qcow2");
    DomainSnapshot first;
    DomainRef web = DomainRef.of("web");
    try (VmHost host = home.open()) {
      define(
          host,
          "web",
          "restart: on-failure",
          disk("{name: data, file: %s, format: qcow2, secret: key}", image));
      first = host.start(web, StartMode.RUNNING, secret(SECRET), CallOptions.none()).snapshot();

      QemuOf.machine(home.directory(), first).kill();

      QemuOf.awaitThat(
          "the reason is shown",
          () ->
              host.domain(web)
                  .status()
                  .detail()
                  .orElse("")
                  .contains("nobody supplies secret 'key'"));
      assertThat(host.domain(web).status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(host.domain(web).status().reason()).isEqualTo(StateReason.FAILED);
      assertThat(host.domain(web).restart().orElseThrow().nextTryAt()).isPresent();
      assertThat(causes(host)).contains("nobody supplies secret 'key'");

      host.start(web, StartMode.RUNNING, secret(SECRET), CallOptions.none());
      assertThat(host.domain(web).restart()).isEmpty();
    }
  }

  // ---- short ways

  private static String causes(VmHost host) throws InterruptedException {
    StringBuilder causes = new StringBuilder();
    long newest = host.eventRange().newest();
    try (EventStream events = host.events(0)) {
      for (long last = 0; last < newest; ) {
        DomainEvent event = events.next(TestHome.PATIENCE).orElseThrow();
        last = event.sequence();
        causes.append(event.attributes().getOrDefault("cause", "")).append('\n');
      }
    }
    return causes.toString();
  }

  private static boolean runsOtherThan(VmHost host, String incarnation) {
    DomainSnapshot now = host.domain(DomainRef.of("web"));
    return now.status().state() == DomainState.RUNNING
        && !now.machine().orElseThrow().incarnation().equals(incarnation);
  }

  /** The example guest, that writes to its first disk. */
  private DomainRef defineWriter(VmHost host, String disks) {
    TestGuest guest = TestGuest.locate();
    home.define(
        host,
        "web",
        "memory: 128MiB",
        disks,
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline(TestGuest.running("writer /dev/vda 4")));
    return DomainRef.of("web");
  }

  private static Resources opened(Path image) {
    try {
      RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw");
      return Resources.of(Map.of("data-fd", file.getFD()), Map.of("key", bytes(SECRET)))
          .closing(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Resources secret(String text) {
    return Resources.of(Map.of(), Map.of("key", bytes(text)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private DomainRef define(VmHost host, String name, String... lines) {
    home.define(
        host,
        name,
        Stream.concat(Stream.of("memory: 64MiB"), Stream.of(lines)).toArray(String[]::new));
    return DomainRef.of(name);
  }

  private static String disk(String form, Path image) {
    return "disks: [" + String.format(form, image) + "]";
  }

  private Path raw(String name) throws IOException {
    return Files.write(directory.resolve(name), new byte[8 << 20]);
  }

  private Path encrypted(String name) throws IOException {
    return Files.copy(shared.resolve("encrypted.qcow2"), directory.resolve(name));
  }
}

package dev.berth.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.control.ProtocolPage;
import dev.berth.control.ProtocolResults;
import dev.berth.control.RawPeer;
import dev.berth.control.WireShape;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.ImageIdentity;
import dev.berth.migration.Offer;
import dev.berth.migration.OfferCodec;
import dev.berth.migration.SavedMachine;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every example of {@code docs/control-protocol.md}, sent to a daemon with a real QEMU and a real
 * guest: the reply has every member that the page shows, and none that it does not know.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class ProtocolExamplesTest {
  private static final long PATIENCE_MILLIS = TestHome.PATIENCE.toMillis();

  /** Bytes a second. */
  private static final long SLOW = 1 << 20;

  private static final long POLL_NANOS = 20_000_000;

  private final ProtocolPage page = ProtocolPage.read();
  private final Set<String> sent = new HashSet<>();

  @TempDir private Path directory;
  private TestHome home;
  private Daemon daemon;
  private Path socket;
  private String job = "";
  private Path target = Path.of("");
  private Optional<Offer> offer = Optional.empty();
  private Optional<DomainOffer> domainOffer = Optional.empty();

  @BeforeEach
  void serve() throws IOException {
    Files.write(directory.resolve("data.raw"), new byte[1 << 20]);
    Files.write(directory.resolve("tools.iso"), new byte[1 << 20]);
    Files.createDirectory(directory.resolve("pool"));
    home = new TestHome(directory);
    daemon = Daemon.start(home.settings());
    socket = home.settings().layout().controlSocket();
  }

  @AfterEach
  void close() {
    daemon.close();
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void everyExampleIsAnsweredAsThePageSays() throws Exception {
    try (RawPeer peer = RawPeer.connect(socket)) {
      all(peer, "hello", "domain.define", "domain.start");
      awaitGuest(peer);
      all(peer, "host.info", "domain.list", "domain.get", "domain.definition", "domain.await");
      all(peer, "domain.attach-nic", "domain.nics", "domain.set-link", "domain.detach-nic");
      all(peer, "domain.attach-device", "domain.devices", "domain.detach-device");
      shares(peer);
      all(peer, "domain.attach-disk", "domain.disks");
      awaitFigures(peer);
      all(
          peer,
          "stats.list",
          "stats.get",
          "domain.set-throttle",
          "domain.set-latency-histogram",
          "domain.resize-disk");
      all(peer, "domain.insert-medium", "domain.eject-medium");
      all(peer, "domain.set-cpus", "domain.set-memory", "domain.set-balloon");
      all(peer, "backup.create");
      awaitJob(peer); // it keeps the disk
      all(peer, "backup.list", "backup.known", "domain.backups", "backup.scan");
      all(peer, "backup.verify", "backup.restore");
      export(peer);
      attachNoted(peer);
      all(peer, "checkpoint.create", "checkpoint.list", "checkpoint.delete");
      all(peer, "domain.detach-disk");
      all(peer, "job.list", "job.get", "job.await", "job.cancel", "job.pause", "job.resume");
      images(peer);
      all(peer, "domain.dump-memory");
      awaitJob(peer); // its guest stands
      all(peer, "domain.qmp", "domain.qmp-schema", "domain.qmp-events");
      awaitAgent(peer);
      all(peer, "domain.agent");
      all(peer, "domain.screenshot", "domain.send-keys", "domain.inject-nmi");
      all(peer, "domain.set-vnc-password");
      all(peer, "domain.log", "domain.pause", "domain.resume", "events.range");
      all(peer, "domain.save");
      awaitJob(peer); // its machine ends
      all(peer, "save.restore", "save.discard");
      subscription();
      console();
      all(peer, "domain.shutdown", "domain.start", "domain.reset", "domain.destroy");
      restore(peer);
      all(peer, "domain.start", "domain.pause", "guests.shutdown", "domain.undefine");
      migration(peer);
      all(peer, "daemon.stop");
    }
    daemon.await();

    assertThat(sent).containsExactlyInAnyOrderElementsOf(page.sections().keySet());
  }

  @Test
  void theExampleOfAnErrorIsAnErrorOfARealHost() throws Exception {
    ObjectNode request = page.example("domain.get").get(0).deepCopy();
    request.set("id", page.error().path("id"));
    ((ObjectNode) request.get("params")).put("domain", "web-2");

    try (RawPeer peer = RawPeer.connect(socket)) {
      assertThat(peer.send(request + "\n").receive()).isEqualTo(page.error());
    }
  }

  /** The virtiofsd of QEMU 7.2 works as root only. */
  private void shares(RawPeer peer) throws IOException {
    List<String> methods = List.of("domain.attach-share", "domain.shares", "domain.detach-share");
    if (HomeLayout.userId() == 0) {
      all(peer, methods.toArray(new String[0]));
    } else {
      sent.addAll(methods);
    }
  }

  /** Onto a disk that was detached before. */
  private void restore(RawPeer peer) throws IOException {
    peer.send(request(page.example("domain.attach-disk").get(0)) + "\n").receive();
    all(peer, "domain.restore-backup");
    awaitJob(peer);
    all(peer, "backup.delete");
  }

  /** Only a qcow2 keeps checkpoints. */
  private void attachNoted(RawPeer peer) throws IOException {
    Path image = directory.resolve("noted.qcow2");
    Process made =
        new ProcessBuilder("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "1M")
            .start();
    assertThat(made.onExit().join().exitValue()).isZero();
    JsonNode attach = request(page.example("domain.attach-disk").get(0));
    ((ObjectNode) attach.path("params"))
        .put("text", "name: noted\nfile: noted.qcow2\nformat: qcow2\n")
        .put("baseDirectory", directory.toString());
    JsonNode reply = peer.send(attach + "\n").receive();
    assertThat(reply.has("result")).as("%s", reply).isTrue();
  }

  /** Each job is over before the next is asked for. */
  private void images(RawPeer peer) throws IOException {
    all(peer, "pool.create", "pool.list", "pool.get");
    for (String method :
        List.of(
            "image.create",
            "image.import",
            "image.clone",
            "image.link",
            "image.list",
            "image.get",
            "image.resize",
            "image.check",
            "image.delete")) {
      all(peer, method);
      if (!job.isEmpty()) {
        peer.send(request(page.example("job.await").get(0)) + "\n").receive();
      }
    }
    all(peer, "pool.delete");
  }

  private void subscription() throws IOException {
    try (RawPeer peer = RawPeer.connect(socket)) {
      all(peer, "events.subscribe");
      JsonNode event = peer.receive();
      assertThat(event.path("method").asText()).isEqualTo("event");
      assertThat(ProtocolResults.event().complaints(event.path("params"))).isEmpty();
    }
  }

  private void console() throws IOException {
    try (RawPeer peer = RawPeer.connect(socket)) {
      all(peer, "console.open");
    }
  }

  /** To a second host, which first has a machine ready that nobody sends to. */
  private void migration(RawPeer peer) throws IOException {
    TestHome there = new TestHome(Files.createDirectory(directory.resolve("b")));
    target = there.settings().layout().controlSocket();
    try (Daemon other = Daemon.start(there.settings());
        RawPeer arrivals = RawPeer.connect(target)) {
      assertThat(other).isNotNull();
      offline(peer, arrivals);
      all(peer, "domain.define", "domain.start");
      offer = Optional.of(offer(peer));
      all(arrivals, "arrival.obstacles", "arrival.prepare", "arrival.take", "arrival.discard");
      await(arrivals, "domain.list", JsonNode::isEmpty);
      all(arrivals, "arrival.await");
      offer = Optional.of(offer(peer));
      all(arrivals, "arrival.prepare", "migration.resolve");
      await(arrivals, "domain.list", JsonNode::isEmpty);
      all(peer, "migration.obstacles", "domain.migrate");
      awaitPhase(peer, "transferring");
      all(peer, "migration.set-pace");
      awaitJob(peer);
    } finally {
      there.clear();
      assertThat(there.runDirectories()).isEmpty();
    }
  }

  /** A domain without a machine goes there, and is removed there. */
  private void offline(RawPeer peer, RawPeer arrivals) throws IOException {
    all(peer, "domain.define");
    domainOffer = Optional.of(domainOffer(peer));
    all(arrivals, "arrival.domain-obstacles", "arrival.reserve", "arrival.settle");
    offer = Optional.empty();
    all(arrivals, "migration.resolve");
    await(arrivals, "domain.list", JsonNode::isEmpty);
    all(peer, "domain.migrate-offline");
    awaitJob(peer);
    await(peer, "domain.list", JsonNode::isEmpty);
    all(arrivals, "domain.undefine");
  }

  private DomainOffer domainOffer(RawPeer peer) throws IOException {
    job = JobId.random().text();
    JsonNode domain = peer.send(page.example("domain.get").get(0) + "\n").receive().path("result");
    JsonNode definition =
        peer.send(page.example("domain.definition").get(0) + "\n").receive().path("result");
    TestGuest guest = TestGuest.locate();
    return new DomainOffer(
        new JobId(job),
        UUID.fromString(domain.path("uuid").asText()),
        new DomainName(domain.path("name").asText()),
        definition.path("json").asText(),
        ImageIdentity.ofFiles(Set.of(guest.kernel(), guest.agentInitrd())),
        List.of(),
        directory.toString(),
        Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip(),
        Optional.empty());
  }

  /** An offer of the machine that runs, as the recovery copies have it. */
  private Offer offer(RawPeer peer) throws IOException {
    job = JobId.random().text();
    String incarnation =
        peer.send(page.example("domain.get").get(0) + "\n")
            .receive()
            .at("/result/machine/incarnation")
            .asText();
    Path copies = home.settings().layout().home().resolve("recovery");
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    while (true) {
      try (Stream<Path> files = Files.list(copies)) {
        for (Path file : files.toList()) {
          JsonNode copy = Json.read(Files.readString(file));
          if (copy.at("/launch/incarnation").asText().equals(incarnation)) {
            return new Offer(
                new JobId(job),
                document(copy.at("/domain/definition")),
                Offer.DefinitionState.SAME,
                new LaunchRecordCodec().read(document(copy.at("/launch/record"))),
                List.of(),
                List.of(),
                SavedMachine.Guest.RUNNING,
                GuestCpu.UNKNOWN,
                StateChannels.ONE,
                "",
                Optional.empty());
          }
        }
      }
      assertThat(System.nanoTime() - end).as("there is no copy").isNegative();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static String document(JsonNode node) {
    return node.isTextual() ? node.asText() : Json.text(node);
  }

  private void all(RawPeer peer, String... methods) throws IOException {
    for (String method : methods) {
      List<JsonNode> example = page.example(method);
      JsonNode reply = peer.send(request(example.get(0)) + "\n").receive();
      assertThat(reply.path("id")).as("%s", reply).isEqualTo(example.get(0).path("id"));
      assertThat(reply.has("result")).as("%s: %s", method, reply).isTrue();
      assertThat(ProtocolResults.of(method).complaints(reply.path("result"))).as(method).isEmpty();
      assertThat(WireShape.paths(reply.path("result")))
          .as(method)
          .containsAll(WireShape.paths(example.get(1).path("result")));
      if (reply.at("/result/state").asText().equals("running") && !method.startsWith("job.")) {
        job = reply.at("/result/id").asText();
      }
      sent.add(method);
    }
  }

  /**
   * The example, with a guest that boots and names nothing that is given at its start ({@code
   * ResourcesTest} has those), and more patience than a busy machine may need.
   */
  private JsonNode request(JsonNode example) {
    ObjectNode request = example.deepCopy();
    if (request.path("params") instanceof ObjectNode params) {
      for (String wait : List.of("timeoutMillis", "deadlineMillis")) {
        if (params.has(wait)) {
          params.put(wait, PATIENCE_MILLIS);
        }
      }
      params.remove(List.of("descriptors", "secrets"));
      if (params.has("directory")) {
        params.put("directory", directory.resolve("pool").toString());
        params.remove("since"); // there is no backup yet
      }
      if (params.has("scratch")) {
        params.put("scratch", directory.toString());
        params.remove("since"); // there is no mark on a raw disk
      }
      if (params.path("files") instanceof ObjectNode files) {
        files.put("data", directory.resolve("restored.qcow2").toString());
      }
      if (params.has("fileFormat")) {
        params.put("file", directory.resolve("data.raw").toString());
      } else if (params.has("file")) {
        Path file = Path.of(params.path("file").asText());
        params.put("file", directory.resolve(file.getFileName()).toString());
      }
      if (params.has("medium")) {
        params.put("medium", directory.resolve("tools.iso").toString());
      }
      if (params.has("job")) {
        params.put("job", job);
      }
      if (params.has("target")) {
        params.put("target", "unix:" + target);
        if (params.has("bytesPerSecond")) {
          params.put("bytesPerSecond", SLOW); // until it is set anew
        }
      }
      offer
          .filter(it -> params.has("offer") && !params.path("offer").has("from"))
          .ifPresent(it -> params.set("offer", OfferCodec.write(it)));
      domainOffer
          .filter(it -> params.path("offer").has("from"))
          .ifPresent(it -> params.set("offer", OfferCodec.write(it)));
      offer
          .filter(it -> example.path("method").asText().startsWith("arrival."))
          .filter(it -> params.has("domain"))
          .ifPresent(it -> params.put("domain", it.domain().toString()));
      if (params.has("scope") && params.has("text")) {
        params.put("baseDirectory", directory.toString());
        if (params.path("text").asText().contains("source:")) {
          params.put("text", "name: files\nsource: " + directory + "\n");
        } else if (params.path("text").asText().contains("file:")) {
          params.put("text", "name: data\nfile: data.raw\nformat: raw\n");
        }
      } else if (params.has("text")) {
        params.put("text", params.path("text").asText() + guest());
      }
    }
    return request;
  }

  private static String guest() {
    TestGuest guest = TestGuest.locate();
    return String.join(
        "\n",
        "labels: {team: shop}",
        "video: vga",
        "vnc-password: true",
        "memory-backing: {kind: memfd, shared: true}",
        "channels: [org.example.chan.0]",
        "disks: [{name: cd, device: cdrom, format: raw}]",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.agentInitrd(),
        "  cmdline: " + TestGuest.cmdline(),
        "");
  }

  private void awaitFigures(RawPeer peer) throws IOException {
    await(
        peer,
        "stats.get",
        stats ->
            !stats.at("/machine/process/vcpus").isEmpty()
                && !stats.at("/machine/qemu/disks").isEmpty()
                && stats.at("/machine/qemu").has("guestMemory"));
  }

  private void awaitAgent(RawPeer peer) throws IOException {
    await(peer, "domain.get", web -> web.at("/machine/agent").asText().equals("connected"));
  }

  /** Until it has booted it takes no notice of its power button. */
  private void awaitGuest(RawPeer peer) throws IOException {
    await(peer, "domain.log", log -> text(log).contains(TestGuest.UP));
  }

  private static String text(JsonNode log) {
    StringBuilder all = new StringBuilder();
    for (JsonNode part : log.path("base64")) {
      all.append(new String(Base64.getDecoder().decode(part.asText()), UTF_8));
    }
    return all.toString();
  }

  private void export(RawPeer peer) throws IOException {
    all(peer, "backup.export");
    awaitPhase(peer, "serving");
    all(peer, "backup.exported", "backup.extents", "backup.finishExport");
    awaitJob(peer);
  }

  private void awaitPhase(RawPeer peer, String wanted) throws IOException {
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    String phase = "";
    while (!phase.equals(wanted)) {
      assertThat(System.nanoTime() - end).as("it is %s, not %s", phase, wanted).isNegative();
      LockSupport.parkNanos(POLL_NANOS);
      String asked = request(page.example("job.get").get(0)) + "\n";
      phase = peer.send(asked).receive().at("/result/phase").asText();
    }
  }

  private void awaitJob(RawPeer peer) throws IOException {
    peer.send(request(page.example("job.await").get(0)) + "\n").receive();
  }

  /** Asks that again until the result is as expected. */
  private void await(RawPeer peer, String method, Predicate<JsonNode> expectation)
      throws IOException {
    String request = page.example(method).get(0) + "\n";
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    JsonNode reply = peer.send(request).receive();
    while (!expectation.test(reply.path("result"))) {
      assertThat(System.nanoTime() - end).as("%s still says %s", method, reply).isNegative();
      LockSupport.parkNanos(POLL_NANOS);
      reply = peer.send(request).receive();
    }
  }
}

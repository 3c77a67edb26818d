package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.backup.BackupName;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.GoldenFile;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.host.BackupRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.Keystrokes;
import dev.berth.host.LogKind;
import dev.berth.host.MemoryDump;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.Shrinking;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.host.VncPassword;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Which QMP commands the verbs of {@link VmHost} send, as a real QEMU and a real guest had them
 * sent: a column of the coverage page. To refresh it: {@code mvn -o -pl config -am test
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.refresh=true -Dtest=VerbsOnQmpTest}, and then
 * the page.
 */
@Tag("once")
final class VerbsOnQmpTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);
  private static final String LIST = "core/src/test/resources/dev/berth/conformance/verbs.tsv";

  /** Sent by a host that watches, at times of its own. */
  private static final Set<String> WATCHING =
      Set.of(
          "query-status",
          "query-chardev",
          "query-fdsets",
          "query-hotpluggable-cpus",
          "query-iothreads",
          "query-named-block-nodes",
          "qom-list");

  private static final String WATCHES = "list";
  private static final int LOG_BYTES = 1 << 20;

  private final Set<String> seen = new HashSet<>();
  private final Map<String, Set<String>> verbs = new TreeMap<>();

  @BeforeEach
  void nothingIsSampled() {
    home.set("sampling", "off"); // what it asks belongs to no verb
  }

  @Test
  void theCoveragePageNamesTheVerbsThatSendACommand() throws Exception {
    try (VmHost host = home.open()) {
      define(host);
      host.start(VM, StartMode.RUNNING, PATIENT);
      sentBy("start", host);
      ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);
      host.attachDisk(VM, disk("data"), EditScope.LIVE, PATIENT);
      sentBy("attachDisk", host);
      Job detach = host.detachDisk(VM, "data", EditScope.LIVE, JobOptions.none(), PATIENT);
      assertThat(host.awaitJob(detach.id(), TestHome.PATIENCE).status().phase())
          .isEqualTo("removed");
      sentBy("detachDisk", host);
      MemoryDump whole = MemoryDump.to(directory.resolve("vm.elf"));
      Job dump = host.dumpMemory(VM, whole, JobOptions.none(), PATIENT);
      assertThat(host.awaitJob(dump.id(), TestHome.PATIENCE).status().phase())
          .isEqualTo("complete");
      sentBy("dumpMemory", host);
      backUp(host);
      attachAndDetachEncrypted(host);
      attachAndDetachNic(host);
      adjust(host);
      host.screenshot(VM, PATIENT);
      sentBy("screenshot", host);
      size(host);
      host.sendKeys(VM, Keystrokes.of("ret"), PATIENT);
      sentBy("sendKeys", host);
      host.injectNmi(VM, PATIENT);
      sentBy("injectNmi", host);
      host.setVncPassword(VM, VncPassword.of(new byte[] {'a'}), PATIENT);
      sentBy("setVncPassword", host);
      host.pause(VM, PATIENT);
      sentBy("pause", host);
      host.resume(VM, PATIENT);
      sentBy("resume", host);
    }
    seen.clear(); // the next host's record begins anew
    try (VmHost host = home.open()) {
      host.await(VM, Set.of(DomainState.RUNNING), TestHome.PATIENCE);
      sentBy(WATCHES, host);
      host.shutdown(VM, ShutdownPolicy.DEFAULT, PATIENT);
      sentBy("shutdown", host);
      host.start(VM, StartMode.PAUSED, PATIENT);
      sentBy("start", host);
      host.reset(VM, PATIENT);
      sentBy("reset", host);
      save(host);
    }

    GoldenFile.check(LIST, list());
  }

  private void save(VmHost host) throws IOException {
    host.resume(VM, PATIENT);
    sentBy("resume", host);
    Path file = directory.resolve("vm.save");
    Job save = host.saves().save(VM, file, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(save.id(), TestHome.PATIENCE).status().phase()).isEqualTo("complete");
    sentBy("save", host);
    host.saves().restore(RestoreRequest.of(file), Resources.none(), PATIENT);
    sentBy("restore", host);
  }

  private void backUp(VmHost host) throws IOException {
    host.attachDisk(VM, disk("kept"), EditScope.LIVE, PATIENT);
    sentBy("attachDisk", host);
    BackupRequest request = BackupRequest.to(directory, new BackupName("backup"));
    Job backup = host.backups().create(VM, request, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(backup.id(), TestHome.PATIENCE).status().phase())
        .isEqualTo("complete");
    sentBy("backup", host);
    Job export =
        host.backups().export(VM, ExportRequest.full(directory), JobOptions.none(), PATIENT);
    eventually(() -> assertThat(host.job(export.id()).status().phase()).isEqualTo("serving"));
    host.backups().finishExport(export.id(), PATIENT);
    assertThat(host.awaitJob(export.id(), TestHome.PATIENCE).status().phase())
        .isEqualTo("complete");
    sentBy("export", host);
  }

  private void attachAndDetachEncrypted(VmHost host) throws Exception {
    EncryptedImage.create(directory.resolve("locked.qcow2"), "open sesame");
    DefinitionDocument locked =
        new DefinitionDocument(
            "{name: locked, file: locked.qcow2, format: qcow2, secret: key}", "locked", directory);
    Resources secret =
        Resources.of(Map.of(), Map.of("key", "open sesame".getBytes(StandardCharsets.UTF_8)));
    host.attachDisk(VM, locked, EditScope.LIVE, secret, PATIENT);
    sentBy("attachDisk", host);
    Job detach = host.detachDisk(VM, "locked", EditScope.LIVE, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(detach.id(), TestHome.PATIENCE).status().phase()).isEqualTo("removed");
    sentBy("detachDisk", host);
  }

  private void attachAndDetachNic(VmHost host) throws IOException {
    DefinitionDocument nic = new DefinitionDocument("name: more", "more", directory);
    host.attachNic(VM, nic, EditScope.LIVE, PATIENT);
    sentBy("attachNic", host);
    Job detach = host.detachNic(VM, "more", EditScope.LIVE, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(detach.id(), TestHome.PATIENCE).status().phase()).isEqualTo("removed");
    sentBy("detachNic", host);
  }

  private void adjust(VmHost host) throws IOException {
    Rates rates = Rates.ofTotal(new Rate(1 << 20, 2 << 20, 5));
    Throttle limits = new Throttle(rates, Rates.UNLIMITED, Optional.empty());
    host.setThrottle(VM, "root", limits, EditScope.LIVE, PATIENT);
    sentBy("setThrottle", host);
    host.setLatencyHistogram(VM, "root", LatencyBounds.USUAL, EditScope.LIVE, PATIENT);
    sentBy("setLatencyHistogram", host);
    host.resizeDisk(VM, "root", new ByteSize(2 << 20), Shrinking.REFUSED, PATIENT);
    sentBy("resizeDisk", host);
    host.insertMedium(
        VM,
        "cd",
        Files.write(directory.resolve("cd.iso"), new byte[1 << 20]),
        EditScope.LIVE,
        PATIENT);
    sentBy("insertMedium", host);
    host.ejectMedium(VM, "cd", Ejection.ASKED, EditScope.LIVE, PATIENT);
    sentBy("ejectMedium", host);
    host.setLink(VM, "lan", LinkState.DOWN, EditScope.LIVE, PATIENT);
    sentBy("setLink", host);
  }

  private void size(VmHost host) throws IOException {
    Job job = host.setCpus(VM, 2, EditScope.LIVE, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(job.id(), TestHome.PATIENCE).status().phase()).isEqualTo("done");
    sentBy("setCpus", host);
    Job memory =
        host.setMemory(VM, new ByteSize(320 << 20), EditScope.LIVE, JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(memory.id(), TestHome.PATIENCE).status().phase()).isEqualTo("done");
    sentBy("setMemory", host);
    Job balloon = host.setBalloon(VM, new ByteSize(192 << 20), JobOptions.none(), PATIENT);
    assertThat(host.awaitJob(balloon.id(), TestHome.PATIENCE).status().phase()).isEqualTo("done");
    sentBy("setBalloon", host);
  }

  private void define(VmHost host) throws IOException {
    TestGuest guest = TestGuest.locate();
    Files.write(directory.resolve("root.raw"), new byte[1 << 20]);
    home.define(
        host,
        "vm",
        "memory: 256MiB",
        "max-memory: 512MiB",
        "max-cpus: 2",
        "disks:",
        "  - {name: root, file: root.raw, format: raw}",
        "  - {name: cd, device: cdrom, format: raw}",
        "nics:",
        "  - {name: lan}",
        "usb: [tablet]",
        "watchdog: none",
        "video: vga",
        "vnc-password: true",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline());
  }

  private DefinitionDocument disk(String name) throws IOException {
    Files.write(directory.resolve(name + ".raw"), new byte[1 << 20]);
    return new DefinitionDocument(
        "name: " + name + "\nfile: " + name + ".raw\nformat: raw\n", name, directory);
  }

  /** Takes what was sent since the last time for that verb's; watching goes on meanwhile. */
  private void sentBy(String verb, VmHost host) throws IOException {
    byte[] log = host.log(VM, LogKind.QMP, LOG_BYTES);
    for (String line : new String(log, StandardCharsets.UTF_8).lines().toList()) {
      JsonNode sent = Json.read(line).path("sent");
      String command = sent.path("execute").asText(sent.path("exec-oob").asText());
      if (!command.isEmpty() && seen.add(line)) {
        String by = WATCHING.contains(command) ? WATCHES : verb;
        verbs.computeIfAbsent(command, fresh -> new TreeSet<>()).add(by);
      }
    }
  }

  /** A line for each command, with the verbs that send it. */
  private String list() {
    assertThat(verbs.keySet()).containsAll(WATCHING);
    return verbs.entrySet().stream()
        .map(each -> each.getKey() + "\t" + words(each.getValue()) + "\n")
        .collect(Collectors.joining());
  }

  private static String words(Collection<String> verbs) {
    return String.join(" ", verbs);
  }
}

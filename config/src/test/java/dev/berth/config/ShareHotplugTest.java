package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.config.CrashPoint.Step;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.ShareSummary;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Shares that come and go while a real guest runs, and uses them. */
@Tag("once")
@Timeout(300)
final class ShareHotplugTest extends HomeFixture {
  private static final String SHARED = "memory-backing: {kind: memfd, shared: true}";

  /** A guest needs a moment to find what was plugged in. */
  private static final String MOUNT =
      "for i in 1 2 3 4 5 6 7 8 9; do mount -t virtiofs %s /mnt 2>/dev/null && break; sleep 1; done";

  private Path shared;

  @BeforeEach
  void aDirectory() throws IOException {
    assumeTrue(HomeLayout.userId() == 0, "the virtiofsd of QEMU 7.2 works as root only");
    shared = Files.createDirectory(directory.resolve("one, two"));
    Files.writeString(shared.resolve("from-host"), "hello guest\n");
  }

  @AfterEach
  void nobodyServes() {
    home.clear();
    eventually(() -> assertThat(servers()).isEmpty());
  }

  @Test
  void aGuestReadsAndWritesAShareThatCameWhileItRan() throws Exception {
    aShareComesAndGoes("q35");
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theGuestOfEachVersionUsesAShareThatCameWhileItRan(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    aShareComesAndGoes(qemu.name().equals("bullseye") ? "pc" : "q35"); // see jobs.md
  }

  private void aShareComesAndGoes(String machine) throws Exception {
    try (VmHost host = home.open()) {
      ConsoleLog console = boot(host, machine);
      attach(host, "name: data\ntag: files\nsource: 'one, two'\n");
      type(host, console, MOUNT.formatted("files") + "; cat /mnt/from-host", "hello guest");
      type(host, console, "echo hello host >/mnt/from-guest; sync; echo WRIT''TEN", "WRITTEN");
      assertThat(shared.resolve("from-guest")).hasContent("hello host");
    }
    try (VmHost host = home.open()) {
      assertThat(TestHome.settled(host, CrashingHost.VM).status().state())
          .isEqualTo(DomainState.RUNNING);
      type(host, ConsoleLog.of(host, CrashingHost.VM), "umount /mnt; echo UMOUN''TED", "UMOUNTED");

      removed(host, detach(host, "data"));

      assertThat(host.shares(CrashingHost.VM)).isEmpty();
      assertNothingIsLeftOf(host, "data");
      assertThat(lost(host)).isEmpty();
      assertThat(host.domain(CrashingHost.VM).definition().pending()).isFalse();

      attach(host, "name: data\nsource: 'one, two'\n");
      assertThat(servers()).isNotEmpty();
      servers().forEach(ProcessHandle::destroyForcibly);
      eventually(() -> assertThat(lost(host)).containsExactly(new EventBody.ShareLost("data")));
      assertThat(host.shares(CrashingHost.VM)).extracting(ShareSummary::lost).containsExactly(true);

      host.destroy(CrashingHost.VM, TestHome.PATIENCE, CallOptions.none());
    }
  }

  @Test
  void whatCannotBeSharedIsToldAndLeavesNothing() throws Exception {
    try (VmHost host = home.open()) {
      start(host, SHARED);
      attach(host, "name: data\nsource: 'one, two'\n");

      assertThatThrownBy(() -> live(host, "name: more\nsource: missing\ntag: data\n"))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("source: " + directory.resolve("missing") + " does not exist")
          .hasMessageContaining("tag: another share of the machine has the tag 'data'");
      assertThatThrownBy(() -> live(host, "name: more\nsource: .\ntag: " + "t".repeat(37)))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("1 to 36");
      assertThat(host.shares(CrashingHost.VM))
          .extracting(ShareSummary::name)
          .containsExactly("data");
    }
  }

  @Test
  void aMachineWithoutAPlaceOrWithMemoryOfItsOwnTakesNoShare() throws Exception {
    try (VmHost host = home.open()) {
      start(host, SHARED + "\nspare-ports: 1");
      attach(host, "name: data\nsource: .\n");
      assertThatThrownBy(() -> live(host, "name: more\nsource: .\n"))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("'spare-ports'");
      host.destroy(CrashingHost.VM, TestHome.PATIENCE, CallOptions.none());
      eventually(() -> assertThat(servers()).isEmpty());

      start(host, "spare-ports: 1");
      assertThatThrownBy(() -> live(host, "name: more\nsource: .\n"))
          .isInstanceOf(InvalidStateException.class)
          .hasMessageContaining("takes effect at the next boot")
          .hasMessageContaining("'memory-backing: {kind: memfd, shared: true}'");
    }
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({
    "AFTER, INTENT, false",
    "DURING, ADD_DEVICE, false",
    "AFTER, ADD_DEVICE, true",
    "BEFORE, OUTCOME, true",
    "AFTER, OUTCOME, true"
  })
  void aShareWhoseHostDiedWhileItCameIsThereOrLeavesNothing(
      CrashPoint.Moment moment, Step step, boolean isComplete) throws Exception {
    try (VmHost host = home.open()) {
      start(host, SHARED);
    }

    HostCrashes.crash(directory, CrashingHost.Verb.ATTACH_SHARE, new CrashPoint(moment, step));

    try (VmHost host = home.open()) {
      TestHome.settled(host, CrashingHost.VM);
      if (isComplete) {
        eventually(
            () ->
                assertThat(host.shares(CrashingHost.VM))
                    .extracting(ShareSummary::scope)
                    .containsExactly(EditScope.BOTH));
        assertThat(servers()).isNotEmpty();
      } else {
        eventually(() -> assertThat(servers()).isEmpty());
        eventually(() -> assertThat(host.domain(CrashingHost.VM).operation()).isEmpty());
        assertNothingIsLeftOf(host, "files");
        assertThat(host.shares(CrashingHost.VM)).isEmpty();
      }
      assertThat(lost(host)).isEmpty();
    }
  }

  @Test
  void whatWasStartedForAShareThatNeverCameEndsWithItsMachine() throws Exception {
    QemuOf qemu;
    try (VmHost host = home.open()) {
      start(host, SHARED);
      qemu = QemuOf.machine(directory, host.domain(CrashingHost.VM));
    }
    HostCrashes.crash(
        directory, CrashingHost.Verb.ATTACH_SHARE, CrashPoint.during(Step.ADD_DEVICE));
    assertThat(servers()).isNotEmpty();
    qemu.kill();

    try (VmHost host = home.open()) {
      assertThat(TestHome.settled(host, CrashingHost.VM).status().state())
          .isEqualTo(DomainState.SHUTOFF);
      eventually(() -> assertThat(servers()).isEmpty());
    }
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({"BEFORE, END_SHARE", "AFTER, END_SHARE"})
  void aShareWhoseHostDiedWhileItWentLeavesNothing(CrashPoint.Moment moment, Step step)
      throws Exception {
    try (VmHost host = home.open()) {
      boot(host, "q35");
      attach(host, "name: files\nsource: .\n");
    }

    HostCrashes.crash(directory, CrashingHost.Verb.DETACH_SHARE, new CrashPoint(moment, step));

    try (VmHost host = home.open()) {
      TestHome.settled(host, CrashingHost.VM);
      removed(host, host.jobs().get(0));
      assertNothingIsLeftOf(host, "files");
      assertThat(lost(host)).isEmpty();
      assertThat(host.definition(CrashingHost.VM).json()).doesNotContain("\"files\"");
    }
  }

  private ConsoleLog boot(VmHost host, String machine) {
    home.defineGuestWith(host, "vm", "machine: " + machine + "\nmemory: 128MiB\n" + SHARED);
    host.start(CrashingHost.VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog console = ConsoleLog.of(host, CrashingHost.VM);
    console.await(TestGuest.UP, TestHome.PATIENCE);
    return console;
  }

  private void start(VmHost host, String keys) {
    home.define(host, "vm", "memory: 64MiB", keys);
    host.start(CrashingHost.VM, StartMode.PAUSED, CallOptions.none());
  }

  /** Types a line and stays until the guest answers: QEMU drops what is left of one who goes. */
  private static void type(VmHost host, ConsoleLog console, String line, String answer)
      throws IOException {
    try (Console typing = host.console(CrashingHost.VM)) {
      typing.output().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      console.await(answer, TestHome.PATIENCE);
    }
  }

  private void attach(VmHost host, String document) {
    attach(host, document, EditScope.BOTH);
  }

  private void live(VmHost host, String document) {
    attach(host, document, EditScope.LIVE);
  }

  private void attach(VmHost host, String document, EditScope scope) {
    host.attachShare(
        CrashingHost.VM,
        new DefinitionDocument(document, "a test", directory),
        scope,
        CallOptions.within(TestHome.PATIENCE));
  }

  private static Job detach(VmHost host, String name) {
    return host.detachShare(
        CrashingHost.VM,
        name,
        EditScope.BOTH,
        JobOptions.none(),
        CallOptions.within(TestHome.PATIENCE));
  }

  private static void removed(VmHost host, Job job) {
    Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("removed");
  }

  private void assertNothingIsLeftOf(VmHost host, String share) throws IOException {
    assertThat(servers()).isEmpty();
    assertThat(host.qmp(CrashingHost.VM, QmpRequest.of("query-chardev", "{}"), CallOptions.none()))
        .doesNotContain("share-" + share);
    try (var files = Files.walk(directory)) {
      assertThat(files.filter(file -> file.endsWith("share-" + share))).isEmpty();
    }
  }

  private List<ProcessHandle> servers() {
    return new ShareProcesses(directory).all();
  }

  private static List<EventBody> lost(VmHost host) throws InterruptedException {
    return HostCrashes.eventsAfter(host, 0).stream()
        .map(event -> event.body())
        .filter(EventBody.ShareLost.class::isInstance)
        .toList();
  }
}

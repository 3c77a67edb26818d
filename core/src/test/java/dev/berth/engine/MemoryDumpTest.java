package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobState;
import dev.berth.machine.ProcessExit;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeDump;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Dumps of memory that go well, do not, or go on while no host is there. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class MemoryDumpTest {
  private static final long TOTAL = FakeDump.TOTAL;
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  @TempDir Path dumps;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;
  private Path target;

  @BeforeEach
  void startADomain() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.define("web");
    host.start("web");
    target = dumps.resolve("web.elf");
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void aCompleteDumpHasItsNameAndIsForTheHostsUserAlone() throws IOException {
    Job ended = ended(dump());

    assertThat(ended.status().phase()).isEqualTo("complete");
    assertThat(dumps.toFile().list()).containsExactly("web.elf");
    assertThat(target).hasContent(FakeDump.CONTENT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-------");
    host.await("web", DomainState.RUNNING);
  }

  @Test
  void howFarItIsAndHowLongYetIsTold() {
    machine().dump().takeTime();
    Job job = dump();
    eventually(() -> assertThat(now(job).status().progress()).contains(Progress.of(0, TOTAL)));

    machine().dump().progress(TOTAL / 4);

    eventually(
        () ->
            assertThat(now(job).status().progress())
                .hasValueSatisfying(
                    progress -> {
                      assertThat(progress.done()).isEqualTo(TOTAL / 4);
                      assertThat(progress.total()).isEqualTo(TOTAL);
                      assertThat(progress.ratePerSecond()).isPresent();
                      assertThat(progress.remaining()).isPresent();
                    }));
    assertThat(dumps.toFile().list()).containsExactly("web.elf." + job.id() + ".part");
    machine().dump().finish();
    assertThat(ended(job).status().progress())
        .hasValueSatisfying(progress -> assertThat(progress.done()).isEqualTo(TOTAL));
  }

  @Test
  void whatWouldTouchAGuestThatStandsIsBusyAndNamesTheDump() {
    machine().dump().takeTime();
    Job job = dump();
    eventually(() -> assertThat(machine().dump().isActive()).isTrue());

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> host.api().resume(WEB, CallOptions.none()))
        .withMessageContainingAll("resume domain 'web'", job.id().text(), "dump-memory");
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> dump(MemoryDump.to(dumps.resolve("other.elf"))));
    machine().dump().finish();
    ended(job);
    host.await("web", DomainState.RUNNING);
  }

  @Test
  void aCallThatComesTwiceWhileQemuIsAskedBeginsOneDump() throws Exception {
    machine().dump().takeTime();
    machine().monitor().hold("query-dump-guest-memory-capability");
    var first = TestHost.async(() -> dumpOnce("k1"));
    var second = TestHost.async(() -> dumpOnce("k1"));
    machine().monitor().awaitReceived("query-dump-guest-memory-capability", 2, TestHost.PATIENCE);

    machine().monitor().release("query-dump-guest-memory-capability");

    assertThat(second.join().id()).isEqualTo(first.join().id());
    eventually(() -> assertThat(machine().dump().isActive()).isTrue());
    machine().dump().finish();
    ended(first.join());
    assertThat(host.api().jobs()).hasSize(1);
  }

  private Job dumpOnce(String key) {
    MemoryDump dump =
        new MemoryDump(target, MemoryDump.Format.KDUMP_ZLIB, MemoryDump.Existing.REFUSE);
    CallOptions patient = CallOptions.within(TestHost.PATIENCE);
    return host.api().dumpMemory(WEB, dump, JobOptions.once(key), patient);
  }

  @Test
  void aDumpCannotBeCancelledAndItsMachineCanBeDestroyed() {
    machine().dump().takeTime();
    Job job = dump();
    eventually(() -> assertThat(machine().dump().isActive()).isTrue());

    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(() -> host.api().cancelJob(job.id()))
        .withMessageContainingAll(job.id().text(), "destroy domain 'web'");
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(() -> host.api().pauseJob(job.id()))
        .withMessageContainingAll(job.id().text(), "QEMU holds up no dump");
    host.destroy("web");

    Job ended = ended(job);
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().phase()).isEqualTo("machine-ended");
    assertThat(dumps).isEmptyDirectory();
  }

  @Test
  void aDumpThatFailsSaysWhyAndLeavesNoFile() {
    machine().dump().takeTime();
    Job job = dump();
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));

    machine().dump().fail("dump: failed to save memory: No space left on device");

    Job ended = ended(job);
    assertThat(ended.status().phase()).isEqualTo("dump-failed");
    assertThat(ended.status().detail()).contains("No space left on device");
    assertThat(dumps).isEmptyDirectory();
  }

  @Test
  void whatQemuRefusesEndsTheJobAndLeavesNoFile() {
    machine().monitor().refuse("dump-guest-memory", "GenericError", "guest note is not supported");

    Job ended = ended(dump());

    assertThat(ended.status().phase()).isEqualTo("refused-by-qemu");
    assertThat(ended.status().detail()).contains("guest note is not supported");
    assertThat(dumps).isEmptyDirectory();
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforeAnythingHappens() throws IOException {
    Files.writeString(target, "precious");

    assertThatExceptionOfType(AlreadyExistsException.class)
        .isThrownBy(() -> dump(MemoryDump.to(target)))
        .withMessageContaining(target.toString());
    assertThatExceptionOfType(AlreadyExistsException.class)
        .isThrownBy(() -> dump(MemoryDump.to(dumps)));
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> dump(MemoryDump.to(dumps.resolve("none/web.elf"))));
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(
            () ->
                dump(
                    new MemoryDump(
                        dumps.resolve("web.lzo"),
                        MemoryDump.Format.KDUMP_LZO,
                        MemoryDump.Existing.REFUSE)))
        .withMessageContainingAll("kdump-lzo", "elf, kdump-zlib");

    assertThat(host.api().jobs()).isEmpty();
    assertThat(target).hasContent("precious");
    assertThat(dumps.toFile().list()).containsExactly("web.elf");
  }

  @Test
  void aFileIsReplacedWhenTheDumpIsCompleteAndNotBefore() throws IOException {
    Files.writeString(target, "before");
    machine().dump().takeTime();
    Job job = dump(new MemoryDump(target, MemoryDump.Format.ELF, MemoryDump.Existing.REPLACE));
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    assertThat(target).hasContent("before");

    machine().dump().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(target).hasContent(FakeDump.CONTENT);
  }

  @Test
  void aFileThatComesInTheWayIsKeptAndSoIsTheDump() throws IOException {
    machine().dump().takeTime();
    Job job = dump();
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    Files.writeString(target, "precious");

    machine().dump().finish();

    Job ended = ended(job);
    assertThat(ended.status().phase()).isEqualTo("file-failed");
    Path partial = dumps.resolve("web.elf." + job.id() + ".part");
    assertThat(ended.status().detail()).contains(partial.toString());
    assertThat(partial).hasContent(FakeDump.CONTENT);
    assertThat(target).hasContent("precious");
  }

  @Test
  void aDumpGoesOnInTheNextHost() {
    machine().dump().takeTime();
    Job job = dump();
    eventually(() -> assertThat(now(job).status().phase()).isEqualTo("writing"));
    restartHost(() -> {});
    eventually(() -> assertThat(now(job).status().progress()).isPresent());

    machine().dump().finish();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertThat(target).hasContent(FakeDump.CONTENT);
  }

  @Test
  void whatBecameOfADumpWhileNobodyLookedIsFoundOut() {
    machine().dump().takeTime();
    Job completed = dump();
    eventually(() -> assertThat(now(completed).status().phase()).isEqualTo("writing"));
    restartHost(() -> machine().dump().finish());
    assertThat(ended(completed).status().phase()).isEqualTo("complete");
    assertThat(target).hasContent(FakeDump.CONTENT);

    Job failed = dump(MemoryDump.to(dumps.resolve("more.elf")));
    eventually(() -> assertThat(now(failed).status().phase()).isEqualTo("writing"));
    restartHost(() -> machine().dump().fail("No space left on device"));
    assertThat(ended(failed).status().phase()).isEqualTo("dump-failed");

    Job lost = dump(MemoryDump.to(dumps.resolve("lost.elf")));
    eventually(() -> assertThat(now(lost).status().phase()).isEqualTo("writing"));
    restartHost(() -> machine().die(ProcessExit.UNKNOWN));
    assertThat(ended(lost).status().phase()).isEqualTo("machine-ended");
    assertThat(dumps.toFile().list()).containsExactly("web.elf");
  }

  private Job dump() {
    return dump(MemoryDump.to(target));
  }

  private Job dump(MemoryDump dump) {
    return host.api()
        .dumpMemory(WEB, dump, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
  }

  private Job ended(Job job) {
    return host.api().awaitJob(job.id(), TestHost.PATIENCE);
  }

  private Job now(Job job) {
    return host.api().job(job.id());
  }

  private FakeMachine machine() {
    return machines.of("web");
  }

  private void restartHost(Runnable meanwhile) {
    host.close();
    meanwhile.run();
    MemoryStore next = store.reopened();
    store.close();
    store = next;
    host = new TestHost(store, machines);
  }
}

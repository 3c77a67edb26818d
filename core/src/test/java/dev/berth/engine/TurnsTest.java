package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.definition.DefinitionDocument;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls that wait until no job is in their way, with a guest that lets go when the test says so.
 */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class TurnsTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final String DEFINITION =
      "name: web\nmemory: 64MiB\ndisks:\n"
          + "- {name: root, file: /images/root.raw, format: raw}\n"
          + "- {name: data, file: /images/data.raw, format: raw}\n";

  @TempDir Path directory;
  private FakeMachines machines;
  private MemoryStore store;
  private TestHost host;

  @BeforeEach
  void startADetachThatTheGuestHoldsUp() {
    machines = new FakeMachines(directory);
    store = new MemoryStore();
    host = new TestHost(store, machines);
    host.api().define(TestHost.document(DEFINITION), new DefineCondition.Always());
    host.start("web");
    machines.of("web").backplane().holdOn();
    detach(CallOptions.none());
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void aCallThatWaitsItsTurnGoesAheadWhenTheJobHasEnded() throws Exception {
    Waiting<VerbResult> attach = new Waiting<>(this::attach);
    attach.awaitThatItWaits();

    machines.of("web").backplane().letGo();

    assertThat(attach.result().effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(machines.of("web").backplane().devices()).contains("disk-data");
  }

  @Test
  void ofSeveralThatWaitEachIsAnsweredWhenItsTurnComes() throws Exception {
    Waiting<VerbResult> one = new Waiting<>(this::attach);
    Waiting<VerbResult> other = new Waiting<>(this::attach);
    one.awaitThatItWaits();
    other.awaitThatItWaits();

    machines.of("web").backplane().letGo();

    List<Object> outcomes = List.of(one.outcome(), other.outcome());
    assertThat(outcomes).hasAtLeastOneElementOfType(VerbResult.class);
    assertThat(outcomes).doesNotHaveAnyElementsOfTypes(DeadlineExceededException.class);
    assertThat(machines.of("web").backplane().devices()).contains("disk-data");
  }

  @Test
  void aDeadlineThatPassesFirstLeavesEverythingAsItWas() {
    Duration soon = Duration.ofMillis(50);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> attach(CallOptions.within(soon).queued()))
        .withMessageContaining("nothing was done")
        .withMessageContaining("detach-disk 'data'");

    machines.of("web").backplane().letGo();
    eventually(
        () -> assertThat(machines.of("web").backplane().devices()).doesNotContain("disk-data"));
  }

  @Test
  void withoutThatACallFailsAtOnceAndNamesTheJob() {
    Job job = host.api().jobs().get(0);

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> attach(CallOptions.none()))
        .satisfies(busy -> assertThat(busy.job()).contains(job.id().text()));
  }

  @Test
  void aHostThatIsClosedSendsThoseWhoWaitHome() throws Exception {
    Waiting<VerbResult> attach = new Waiting<>(this::attach);
    attach.awaitThatItWaits();

    host.close();

    assertThat(attach.outcome())
        .isInstanceOf(HostUnreachableException.class)
        .asString()
        .contains("closed");
  }

  private VerbResult attach() {
    return attach(CallOptions.within(TestHost.PATIENCE).queued());
  }

  private VerbResult attach(CallOptions options) {
    DefinitionDocument disk = TestHost.document("{name: data, file: /images/x.raw, format: raw}");
    return host.api().attachDisk(WEB, disk, EditScope.LIVE, Resources.none(), options);
  }

  private Job detach(CallOptions options) {
    return host.api().detachDisk(WEB, "data", EditScope.LIVE, JobOptions.none(), options);
  }

  /** A call on a thread of its own. */
  private static final class Waiting<T> {
    private final FutureTask<T> call;
    private final Thread thread;

    Waiting(Callable<T> call) {
      this.call = new FutureTask<>(call);
      this.thread = new Thread(this.call, "caller");
      thread.start();
    }

    void awaitThatItWaits() {
      eventually(
          () ->
              assertThat(thread.getStackTrace())
                  .extracting(StackTraceElement::getMethodName)
                  .contains("awaitEnd"));
    }

    T result() throws Exception {
      return call.get(TestHost.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** What it has returned or thrown. */
    Object outcome() throws Exception {
      try {
        return result();
      } catch (ExecutionException thrown) {
        return thrown.getCause();
      }
    }
  }
}

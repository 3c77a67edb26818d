package dev.berth.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.error.BerthException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.EventStream;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A host under test, and short ways to use it. Closing it closes the host and what it runs on. */
public abstract class HostRig implements AutoCloseable {
  /** Far beyond what anything here takes. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  static final DomainRef WEB = DomainRef.of("web");
  static final DomainRef NONE = DomainRef.of("none");
  static final Duration GRACE = Duration.ofSeconds(20);

  private static final CallOptions PATIENT = CallOptions.within(PATIENCE);

  /** The host under test. */
  public abstract VmHost host();

  /** Whom events name for what is asked of the host itself. */
  public abstract String me();

  /** Whom events name when that actor calls through a view. */
  public abstract String named(String actor);

  /** Whether something serves shares for its machines. */
  public boolean servesShares() {
    return true;
  }

  @Override
  public abstract void close();

  /** What of an event is the same everywhere. */
  record Told(String type, String actor, Map<String, String> attributes) {
    static Told of(DomainEvent event) {
      return new Told(event.type(), event.actor(), event.attributes());
    }
  }

  final DefinitionDocument document(String text) {
    return new DefinitionDocument(text, "web.yaml", Path.of("/"));
  }

  final DefineResult define(String name) {
    return define(name, "64MiB");
  }

  final DefineResult define(String name, String memory) {
    return define("name: " + name + "\nmemory: " + memory + "\n", new DefineCondition.Always());
  }

  final DefineResult define(String text, DefineCondition condition) {
    return host().define(document(text), condition);
  }

  final VerbResult start(StartMode mode) {
    return host().start(WEB, mode, PATIENT);
  }

  final VerbResult pause() {
    return host().pause(WEB, PATIENT);
  }

  final VerbResult resume() {
    return host().resume(WEB, PATIENT);
  }

  final VerbResult reset() {
    return host().reset(WEB, PATIENT);
  }

  final VerbResult destroy() {
    return host().destroy(WEB, GRACE, PATIENT);
  }

  final Job setMemory(int mebibytes, EditScope scope) {
    return host().setMemory(WEB, ByteSize.mebibytes(mebibytes), scope, JobOptions.none(), PATIENT);
  }

  final Job setBalloon(int mebibytes) {
    return host().setBalloon(WEB, ByteSize.mebibytes(mebibytes), JobOptions.none(), PATIENT);
  }

  final void webHas(String keys) {
    host().define(document("{name: web, " + keys + "}"), new DefineCondition.Always());
  }

  final Job ended(Job job) {
    return host().awaitJob(job.id(), PATIENCE);
  }

  final DomainState state() {
    return host().domain(WEB).status().state();
  }

  /** Defines 'web' and brings it into a state. */
  final void webIs(DomainState state) {
    define("web");
    switch (state) {
      case SHUTOFF -> {}
      case PAUSED -> start(StartMode.PAUSED);
      case RUNNING -> start(StartMode.RUNNING);
      default -> throw new IllegalArgumentException("no test brings a domain to " + state);
    }
  }

  /** What is told after that event, in order, by now. */
  final List<DomainEvent> eventsAfter(long sequence) throws InterruptedException {
    return eventsUntil(sequence, host().eventRange().newest());
  }

  private List<DomainEvent> eventsUntil(long sequence, long newest) throws InterruptedException {
    List<DomainEvent> read = new ArrayList<>();
    try (EventStream events = host().events(sequence)) {
      for (long last = sequence; last < newest; last = read.get(read.size() - 1).sequence()) {
        read.add(events.next(PATIENCE).orElseThrow(() -> new AssertionError("no event came")));
      }
    }
    return read;
  }

  /** So many events that are told after that one, sooner or later. */
  final List<Told> toldAfter(long sequence, int count) throws InterruptedException {
    return eventsUntil(sequence, sequence + count).stream().map(Told::of).toList();
  }

  final List<Told> toldAfter(long sequence) throws InterruptedException {
    return eventsAfter(sequence).stream().map(Told::of).toList();
  }

  /** Which class of error that call ends with. */
  final Class<? extends BerthException> errorOf(Consumer<VmHost> call) {
    try {
      call.accept(host());
    } catch (BerthException e) {
      return e.getClass();
    }
    throw new AssertionError("the call was not refused");
  }

  /** Waits until a read has come to an end: that of its stream, or an error. */
  static void hasEnded(CompletableFuture<Integer> reading) {
    assertThat(reading.handle((read, error) -> error == null ? read : -1))
        .succeedsWithin(PATIENCE)
        .isEqualTo(-1);
  }

  /** Calls on a thread of its own. */
  static <T> CompletableFuture<T> async(Callable<T> call) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                outcome.complete(call.call());
              } catch (Exception | AssertionError e) {
                outcome.completeExceptionally(e);
              }
            },
            "contract-caller");
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }
}

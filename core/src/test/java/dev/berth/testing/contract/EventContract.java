package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.PATIENCE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.EventStream;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.contract.HostRig.Told;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What hosts tell of what happens, and to whom. */
public interface EventContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aLifeIsToldInOrderWithWhoDidWhat() throws Exception {
    long before = rig().host().eventRange().newest();
    VmHost billing = rig().host().as("billing");
    String actor = rig().named("billing");

    billing.define(rig().document("name: web\nmemory: 64MiB\n"), new DefineCondition.Always());
    billing.define(rig().document("name: web\nmemory: 65MiB\n"), new DefineCondition.Always());
    billing.start(WEB, StartMode.PAUSED, CallOptions.none());
    billing.resume(WEB, CallOptions.none());
    billing.pause(WEB, CallOptions.none());
    billing.destroy(WEB, HostRig.GRACE, CallOptions.none());
    billing.undefine(WEB);

    assertThat(rig().toldAfter(before))
        .containsExactly(
            new Told(EventTypes.DEFINED, actor, Map.of("revision", "1")),
            new Told(EventTypes.REDEFINED, actor, Map.of("revision", "2")),
            state(actor, "shutoff", "paused", "starting up"),
            state(actor, "paused", "paused", "user"),
            state(actor, "paused", "running", "unpaused"),
            state(actor, "running", "paused", "user"),
            new Told(
                EventTypes.STATE,
                actor,
                Map.of(
                    "from", "paused",
                    "state", "shutoff",
                    "reason", "destroyed",
                    "detail", "ended cleanly")),
            new Told(EventTypes.UNDEFINED, actor, Map.of()));
  }

  @Test
  default void aResetIsTold() throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();

    rig().reset();

    assertThat(rig().toldAfter(before, 1)) // QEMU says so when it has reset
        .extracting(Told::type, Told::attributes)
        .containsExactly(tuple(EventTypes.RESET, Map.of("cause", "host-qmp-system-reset")));
  }

  @Test
  default void eventsAreNumberedWithoutAGapAndNameTheirDomain() throws Exception {
    long before = rig().host().eventRange().newest();
    UUID web = rig().define("web").snapshot().uuid();
    rig().define("db");

    List<DomainEvent> events = rig().eventsAfter(before);

    assertThat(events).extracting(DomainEvent::sequence).containsExactly(before + 1, before + 2);
    assertThat(events)
        .extracting(DomainEvent::name)
        .containsExactly(Optional.of("web"), Optional.of("db"));
    assertThat(events.get(0).domain()).contains(web);
    assertThat(rig().host().eventRange().newest()).isEqualTo(before + 2);
  }

  @Test
  default void aReaderResumesAfterAnyEventOrFromTheOldest() throws Exception {
    rig().define("a");
    rig().define("b");
    rig().define("c");
    List<DomainEvent> all = rig().eventsAfter(0);

    for (int i = 0; i < all.size(); i++) {
      assertThat(rig().eventsAfter(all.get(i).sequence()))
          .isEqualTo(all.subList(i + 1, all.size()));
    }
    assertThat(all.get(0).sequence()).isEqualTo(rig().host().eventRange().oldest());
  }

  @Test
  default void aReaderFromNowOnSeesOnlyWhatComes() throws Exception {
    rig().define("a");
    try (EventStream events = rig().host().events(rig().host().eventRange().newest())) {
      assertThat(events.next(Duration.ZERO)).isEmpty();

      rig().define("b");

      assertThat(events.next(PATIENCE).orElseThrow().name()).contains("b");
      assertThat(events.next(Duration.ofMillis(20))).isEmpty();
    }
  }

  @Test
  default void aReaderThatIsInterruptedStopsWaiting() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    CompletableFuture<?> reading;
    try (EventStream events = rig().host().events(rig().host().eventRange().newest())) {
      reading =
          HostRig.async(
              () -> {
                reader.complete(Thread.currentThread());
                return events.next(PATIENCE);
              });

      reader.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).interrupt();

      assertThat(reading)
          .failsWithin(PATIENCE)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(InterruptedException.class);
    }
    assertThat(rig().define("web").snapshot().name().text()).isEqualTo("web");
  }

  @Test
  default void aReaderIsToldOfTheEndOfItsHost() {
    EventStream events = rig().host().events(rig().host().eventRange().newest());
    CompletableFuture<?> reading = HostRig.async(() -> events.next(PATIENCE));

    rig().host().close();

    assertThat(reading)
        .failsWithin(PATIENCE)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(HostUnreachableException.class);
    events.close();
  }

  @Test
  default void aPlaceThatNoEventHasIsRefused() {
    assertThatThrownBy(() -> rig().host().events(-1).close())
        .isInstanceOf(InvalidRequestException.class);
    long beyond = rig().host().eventRange().newest() + 1_000_000;
    assertThatThrownBy(() -> rig().host().events(beyond).close())
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  default void anActorIsAPrintableWord() {
    for (String bad : List.of("", "a\nb", "x".repeat(129))) {
      assertThatThrownBy(() -> rig().host().as(bad)).isInstanceOf(InvalidRequestException.class);
    }
    assertThat(rig().host().as("x".repeat(128)).list()).isEmpty();
  }

  private static Told state(String actor, String from, String to, String reason) {
    return new Told(EventTypes.STATE, actor, Map.of("from", from, "state", to, "reason", reason));
  }
}

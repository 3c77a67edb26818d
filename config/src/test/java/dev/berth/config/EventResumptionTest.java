package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EventSubscription;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Readers of events and the restarts of either side. */
@ExtendWith(LeakCheck.class)
final class EventResumptionTest {
  @TempDir private Path directory;
  private TestHome home;
  private final BlockingQueue<DomainEvent> heard = new LinkedBlockingQueue<>();

  @BeforeEach
  void aHome() {
    home = new TestHome(directory);
  }

  @Test
  void aRemoteSubscriptionOutlivesTheDaemonAndHearsWhatHappenedMeanwhile() throws Exception {
    Daemon first = Daemon.start(home.settings());
    try (VmHost remote = connect();
        EventSubscription subscription = remote.subscribe(0, heard::add)) {
      home.defineIdle(remote, "before");
      hearUntil("before");
      first.close();
      try (VmHost embedded = home.open()) {
        home.defineIdle(embedded, "meanwhile");
      }

      try (Daemon second = Daemon.start(home.settings())) {
        List<DomainEvent> all = hearUntil("meanwhile");
        home.defineIdle(remote, "after");
        all.addAll(hearUntil("after"));

        assertThat(all).extracting(DomainEvent::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(all.get(all.size() - 1).sequence())
            .isEqualTo(remote.eventRange().newest())
            .isEqualTo(6); // three openings and three definitions
        assertThat(all.get(0).sequence()).isEqualTo(3);
        assertThat(second).isNotNull();
        assertThat(subscription).isNotNull();
      }
    }
  }

  @Test
  void aReaderThatComesBackLearnsWhatRecoveryFound() throws Exception {
    long cursor;
    DomainRef vm = DomainRef.of("vm");
    try (VmHost host = home.open()) {
      home.startIdle(host, "vm");
      cursor = host.eventRange().newest();
    }

    try (VmHost host = home.open();
        EventSubscription subscription = host.subscribe(cursor, heard::add)) {
      host.await(vm, Set.of(DomainState.PAUSED), TestHome.PATIENCE);
      host.destroy(vm, Duration.ofSeconds(10), CallOptions.none());

      assertThat(next().body()).isInstanceOf(EventBody.HostStarted.class);
      assertThat(next().body()).isEqualTo(new EventBody.Adopted());
      assertThat(subscription).isNotNull();
    }
  }

  @Test
  void aReaderThatComesBackLearnsOfTheEndsThatNobodySaw() throws Exception {
    long cursor;
    QemuOf killed;
    QemuOf told;
    try (VmHost host = home.open()) {
      killed = QemuOf.machine(directory, home.startIdle(host, "killed"));
      told = QemuOf.machine(directory, home.startIdle(host, "told"));
      cursor = host.eventRange().newest();
    }
    killed.kill();
    told.terminate();

    try (VmHost host = home.open();
        EventSubscription subscription = host.subscribe(cursor, heard::add)) {
      assertThat(next().body()).isInstanceOf(EventBody.HostStarted.class);
      assertThat(List.of(next(), next()))
          .extracting(event -> event.name().orElseThrow() + ": " + event.body())
          .anySatisfy(text -> assertThat(text).startsWith("killed").contains("SHUTOFF", "CRASHED"))
          .anySatisfy(text -> assertThat(text).startsWith("told").contains("SHUTOFF", "DESTROYED"));
      assertThat(host.eventRange().newest()).isEqualTo(cursor + 3);
      assertThat(subscription).isNotNull();
    }
  }

  private VmHost connect() {
    return VmHost.connect(URI.create("unix:" + home.settings().layout().controlSocket()));
  }

  private List<DomainEvent> hearUntil(String name) throws InterruptedException {
    List<DomainEvent> all = new ArrayList<>();
    do {
      all.add(next());
    } while (!all.get(all.size() - 1).name().equals(Optional.of(name)));
    return all;
  }

  private DomainEvent next() throws InterruptedException {
    DomainEvent event = heard.poll(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).as("the next event").isNotNull();
    return event;
  }
}

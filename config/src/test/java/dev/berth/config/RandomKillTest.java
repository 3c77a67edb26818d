package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventTypes;
import dev.berth.host.EventSubscription;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL of a daemon at any moment, while clients ask all kinds of verbs of its machines, or while
 * it takes up what the last one has left. What was acknowledged is there afterwards, and what was
 * cut off has happened or not; every state is the one that QEMU tells; a subscriber that lives
 * through all of it hears each event once; nothing is left over.
 */
@ExtendWith(LeakCheck.class)
@Tag("once")
final class RandomKillTest {
  private static final int SEED = 20_260;
  private static final int MOST_ACKNOWLEDGED = 40;
  private static final int LONGEST_EXTRA_NANOS = 40_000_000;
  private static final int LONGEST_RECOVERY_NANOS = 2_000_000_000;

  /** One daemon of so many is killed while it starts or recovers. */
  private static final int KILLED_IN_RECOVERY = 5;

  @TempDir private Path directory;
  private TestHome home;
  private FleetModel model;
  private VmHost remote;
  private FleetCheck check;
  private final Random random = new Random(SEED);
  private final List<DomainEvent> heard = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }

  @Test
  void everythingHoldsThroughFiveKillsOfABusyDaemon() throws Exception {
    killRepeatedly(5, 6, 3);
  }

  @Tag("full")
  @Test
  void everythingHoldsThroughTwoHundredKillsOfADaemonWithTwentyBusyMachines() throws Exception {
    killRepeatedly(200, 20, 4);
  }

  private void killRepeatedly(int kills, int machines, int clients) throws Exception {
    home = new TestHome(directory);
    model = new FleetModel(machines, new Random(SEED));
    for (String name : model.names()) {
      ButtonGuest.write(directory.resolve(name + ".img"));
    }
    try (DaemonProcess first = DaemonProcess.start(directory)) {
      first.awaitServing();
      try (VmHost host = VmHost.connect(URI.create("unix:" + directory.resolve("control.sock")));
          EventSubscription subscription = host.subscribe(0, heard::add)) {
        remote = host; // finds each later daemon
        check = new FleetCheck(host, home, model);
        first.kill();
        for (int kill = 2; kill < kills; kill++) {
          if (random.nextInt(KILLED_IN_RECOVERY) == 0) {
            killInRecovery();
          } else {
            killUnderLoad("kill " + kill, clients);
          }
        }
        killAtRest(subscription);
      }
    }
    checkWhatWasHeard();
  }

  private void killInRecovery() throws InterruptedException {
    try (DaemonProcess daemon = DaemonProcess.start(directory)) {
      LockSupport.parkNanos(random.nextInt(LONGEST_RECOVERY_NANOS));
      daemon.kill();
    }
  }

  private void killUnderLoad(String context, int clients) throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(directory)) {
      daemon.awaitServing();
      check.hostShowsTheTruth(context);
      FleetClients load = FleetClients.start(remote, home, model, clients);
      load.awaitAcknowledged(random.nextInt(MOST_ACKNOWLEDGED) + 1);
      LockSupport.parkNanos(random.nextInt(LONGEST_EXTRA_NANOS));
      load.daemonIsAboutToGo();
      daemon.kill();
      load.join();
    }
    check.qemuTellsTheSame(context);
  }

  /** Nothing is under way, so that every state is known, and every event is heard. */
  private void killAtRest(EventSubscription subscription) throws Exception {
    String context = "the last kill";
    try (DaemonProcess daemon = DaemonProcess.start(directory)) {
      daemon.awaitServing();
      check.hostShowsTheTruth(context);
      long newest = remote.eventRange().newest();
      QemuOf.awaitThat(
          "event " + newest + " is heard", () -> subscription.lastSequence() >= newest);
      daemon.kill();
    }
    assertThat(check.qemuTellsTheSame(context)).isEqualTo(model.names().size());
  }

  private void checkWhatWasHeard() throws InterruptedException {
    assertThat(heard)
        .extracting(DomainEvent::sequence)
        .isEqualTo(LongStream.rangeClosed(1, heard.size()).boxed().toList());
    try (VmHost host = home.open()) {
      List<DomainEvent> kept = HostCrashes.eventsAfter(host, 0);
      assertThat(kept.subList(0, heard.size())).isEqualTo(heard);
      HostCrashes.assertNothingRecoveredAfter(host, heard.size());
    }
    long defined = count(EventTypes.DEFINED) + count(EventTypes.REDEFINED);
    int acknowledged = model.acknowledged().getOrDefault(FleetVerb.DEFINE, 0);
    assertThat(defined).isBetween((long) acknowledged, (long) acknowledged + model.cutOff());
    System.out.printf(
        "%d events, %s acknowledged, %d verbs cut off%n",
        heard.size(), model.acknowledged(), model.cutOff());
  }

  private long count(String type) {
    return heard.stream().filter(event -> event.type().equals(type)).count();
  }
}

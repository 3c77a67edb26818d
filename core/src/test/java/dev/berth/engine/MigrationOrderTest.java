package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.StorageFailureException;
import dev.berth.job.Job;
import dev.berth.machine.ProcessExit;
import dev.berth.testing.FakeMigration;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is on the disk of a host before what: a guest that stands waits for the two words that
 * decide whose it is, and not for what QEMU tells anybody who asks.
 */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class MigrationOrderTest extends MigrationFixture {
  private static final Set<Thread.State> WAITS =
      Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  @Test
  void theTargetIsAskedBeforeItIsOnTheDiskThatAllWasSent() {
    Job job =
        switching(
            () -> {
              awaitAsked();
              store.hold();
            });

    eventually(() -> assertThat(store.held()).isEqualTo(1));
    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("switching");
    arrival(job, "received");
    assertThat(otherMachines.of("web").runState()).isEqualTo("paused");
    store.release();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void aSourceThatDiesBeforeThatIsOnItsDiskFindsItOutFromQemu() {
    Job job = switching(store::hold);
    eventually(() -> assertThat(store.held()).isEqualTo(1));
    arrival(job, "received");

    kill();

    phase(job, "complete"); // by small steps: its guest stands
    assertMoved();
  }

  @Test
  void thatAllWasSentIsPutOnTheDiskOnceItCanBe() {
    AtomicInteger asked = new AtomicInteger();
    cutOff =
        () -> {
          asked.incrementAndGet();
          return false;
        };

    Job job = switching(() -> store.failNext(new StorageFailureException("The disk is full.")));

    phase(job, "complete"); // by small steps: its guest stands
    assertMoved();
    assertThat(asked).as("asked again once a second").hasValueLessThan(200);
  }

  @Test
  void theSourceHearsThatAllIsThereBeforeThatIsOnTheTargetsDisk() {
    Job job = switching(this::holdOther);

    phase(job, "handed-over");

    assertThat(other.api().job(job.id()).status().phase()).isEqualTo("incoming");
    assertThat(otherMachines.of("web").runState()).isEqualTo("paused");
    otherStore.release();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void aTargetThatDiesBeforeThatIsOnItsDiskFindsItOutFromQemu() {
    Job job = switching(this::holdOther);
    phase(job, "handed-over");

    killOther();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void aTargetWhoseQemuDiesWithItBeforeThatIsOnItsDiskGivesTheGuestBack() {
    Job job = switching(this::holdOther);
    phase(job, "handed-over");
    otherMachines.of("web").die(ProcessExit.ofShellCode(137));

    killOther();

    assertThat(ended(job).status().phase()).isEqualTo("target-failed");
    assertStays();
  }

  @Test
  void theTargetIsNotToldToTakeTheGuestBeforeThatIsOnTheDisk() {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");
    arrival(job, "received");
    store.hold();
    reachable = true;
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(store.held()).isEqualTo(1);
        });

    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("sent");
    assertThat(other.api().job(job.id()).status().phase()).isEqualTo("received");
    kill();

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void theGuestDoesNotGoOnBeforeItIsOnTheTargetsDiskWhoseItIs() {
    Job job = handedOver();
    otherStore.hold();
    cutOff = () -> false;
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(otherStore.held()).isEqualTo(1);
        });

    assertThat(otherMachines.of("web").runState()).isEqualTo("paused");
    assertThat(otherMachines.of("web").monitor().received())
        .noneMatch(received -> received.command().equals("cont"));
    otherStore.release();
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void theSourceHearsThatTheGuestGoesOnBeforeThatIsOnTheTargetsDisk() {
    Job job = goingOn();

    assertThat(ended(job).status().phase()).isEqualTo("complete");

    assertThat(other.api().job(job.id()).status().phase()).isEqualTo("owner");
    eventually(() -> assertThat(machines.living()).isEmpty());
    otherStore.release();
    arrival(job, "complete");
    assertMoved();
  }

  @Test
  void aTargetThatDiesBeforeThatIsOnItsDiskFindsTheGuestGoingOn() {
    Job job = goingOn();
    assertThat(ended(job).status().phase()).isEqualTo("complete");

    killOther();

    arrival(job, "complete");
    assertMoved();
  }

  /** One of which that is done once QEMU is about to send the rest. */
  private Job switching(Runnable then) {
    machine().migration().takeTime();
    Job job = transferring(migrate());
    FakeMigration target = otherMachines.of("web").migration();
    machine()
        .migration()
        .sendTo(
            () -> {
              then.run();
              return target;
            });
    machine().migration().finish();
    return job;
  }

  /** The target can put nothing on its disk any more, and has been asked. */
  private void holdOther() {
    awaitAsked();
    otherStore.hold();
  }

  private static void awaitAsked() {
    eventually(() -> assertThat(isAsked()).isTrue());
  }

  /** Whether somebody waits for the target to say that it has everything. */
  private static boolean isAsked() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> each.getKey().getName().startsWith("berth-switch"))
        .filter(each -> WAITS.contains(each.getKey().getState()))
        .flatMap(each -> Arrays.stream(each.getValue()))
        .anyMatch(frame -> frame.getClassName().equals(HostArrivals.class.getName()));
  }

  /** One whose guest goes on at the target, which can put nothing on its disk any more. */
  private Job goingOn() {
    Job job = handedOver();
    FakeQemu qemu = otherMachines.of("web").monitor();
    qemu.hold("cont");
    cutOff = () -> false;
    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(qemu.received()).anyMatch(received -> received.command().equals("cont"));
        });
    otherStore.hold();
    qemu.release("cont");
    return job;
  }
}

package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.error.InvalidStateException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.MigrationLimit;
import dev.berth.host.MigrationLimit.AtLimit;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.job.MigrationResult;
import dev.berth.testing.FakeMigration;
import dev.berth.testing.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How fast migrations are sent, for how long, and what they come to. */
@ExtendWith(LeakCheck.class)
@Timeout(90)
final class MigrationPacingTest extends MigrationFixture {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final MigrationPace FASTER =
      new MigrationPace(Optional.of(5L << 20), Optional.of(Duration.ofMillis(700)));

  @BeforeEach
  void sendingTakesTime() {
    machine().migration().takeTime();
  }

  @Test
  void whatIsNotInTimeIsTakenBack() {
    Job job = transferring(migrate(within(AtLimit.CANCEL)));

    time.pass(HOUR);

    Job ended = ended(job);
    assertThat(ended.status().phase()).as("%s", ended).isEqualTo("not-in-time");
    assertThat(ended.status().state()).isEqualTo(JobState.FAILED);
    assertThat(ended.status().detail()).contains("within 3600 s");
    assertStays();
  }

  @Test
  void whatIsAtItsSwitchInTimeIsLeftAlone() {
    Job job = transferring(migrate(within(AtLimit.CANCEL)));
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    reachable = true;
    assertThat(ended(job).status().phase()).isEqualTo("complete");
    time.pass(HOUR);

    assertMoved();
  }

  @Test
  void aGuestStandsForWhatIsLeftWhenTheTimeIsOver() {
    Job job = transferring(migrate(within(AtLimit.PAUSE_GUEST)));

    time.pass(HOUR);

    assertThat(ended(job).status().phase()).isEqualTo("complete");
    assertMoved();
  }

  @Test
  void timeThatIsOverIsOverWhateverTheStoreSaysToIt() {
    Job job = transferring(migrate(within(AtLimit.CANCEL)));
    store.failNext(new StorageFailureException("The disk is full."));

    time.pass(HOUR);

    assertThat(ended(job).status().phase()).isEqualTo("not-in-time");
    assertStays();
  }

  @Test
  void timeThatIsOverWhileTheHostIsAwayIsOver() {
    Job job = transferring(migrate(within(AtLimit.CANCEL)));

    host.close();
    time.pass(HOUR);
    reopen();

    assertThat(ended(job).status().phase()).isEqualTo("not-in-time");
    assertStays();
  }

  @Test
  void aGuestStandsForWhatIsLeftWhenTheTimeIsOverWhileTheHostIsAway() {
    Job job = transferring(migrate(within(AtLimit.PAUSE_GUEST)));

    host.close();
    time.pass(HOUR);
    reopen();

    eventually(
        () -> {
          time.pass(Duration.ofSeconds(1));
          assertThat(host.api().list()).isEmpty();
        });
    assertMoved();
    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aClockThatIsSetChangesNothing() {
    Job job = transferring(migrate(within(AtLimit.CANCEL)));
    Instant before = time.instant();

    time.set(before.plus(Duration.ofDays(1)));
    assertThat(host.api().job(job.id()).status().phase()).isEqualTo("transferring");
    time.set(before);

    host.api().cancelJob(job.id());
    ended(job);
  }

  @Test
  void aClockThatWasSetBackGivesNoMoreTimeThanThereWas() {
    Job job = transferring(migrate(within(AtLimit.CANCEL)));

    host.close();
    time.set(time.instant().minus(Duration.ofDays(365)));
    reopen();
    transferring(job);
    time.pass(HOUR);

    assertThat(ended(job).status().phase()).isEqualTo("not-in-time");
    assertStays();
  }

  @Test
  void howFastItIsSentIsSetAnewAndSaidAgainByTheNextHost() {
    Job job = transferring(migrate());

    host.api().migrations().setPace(WEB, FASTER, CallOptions.within(TestHost.PATIENCE));
    assertThat(saidFaster()).isEqualTo(1);
    reopen();

    eventually(() -> assertThat(saidFaster()).isEqualTo(2));
    host.api().cancelJob(job.id());
    ended(job);
  }

  @Test
  void whatStandsForItsSwitchIsNotSetAnew() {
    Job job = transferring(migrate());
    reachable = false;
    machine().migration().finish();
    phase(job, "sent");

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> host.api().migrations().setPace(WEB, FASTER, CallOptions.none()))
        .withMessageContaining("no migration of domain 'web' that is being sent");

    reachable = true;
    ended(job);
  }

  @Test
  void whatItCameToIsInFigures() {
    Job job = transferring(migrate());
    machine().migration().finish();

    Job ended = ended(job);

    MigrationResult result = MigrationResult.of(ended).orElseThrow();
    assertThat(result.bytes()).contains(FakeMigration.TOTAL);
    assertThat(result.rounds()).contains(FakeMigration.ROUND);
    assertThat(result.downtime()).isPresent();
    assertThat(result.total().orElseThrow())
        .isGreaterThanOrEqualTo(result.downtime().orElseThrow());
    assertThat(ended.status().detail()).contains("64.0 MiB were sent in 3 rounds");
    assertThat(MigrationResult.of(job)).as("one that goes on").isEmpty();
    other.await("web", DomainState.RUNNING);
  }

  private static MigrationRequest within(AtLimit then) {
    return MigrationRequest.to(OTHER).within(new MigrationLimit(HOUR, then));
  }

  private long saidFaster() {
    return machine().monitor().received().stream()
        .filter(each -> each.command().equals("migrate-set-parameters"))
        .filter(each -> each.arguments().path("max-bandwidth").asLong() == 5L << 20)
        .filter(each -> each.arguments().path("downtime-limit").asLong() == 700)
        .count();
  }
}

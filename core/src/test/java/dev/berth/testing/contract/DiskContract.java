package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.host.EventStream;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that come and go, and the jobs that their going is. Guests here are paused, so that they
 * let go of nothing.
 */
public interface DiskContract {
  /** Short, for what does not come. */
  Duration SHORT = Duration.ofMillis(50);

  /** The host under test. */
  HostRig rig();

  @Test
  default void aDiskIsAddedToTheMachineAndTheDefinition(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();

    VerbResult result = attach(images, "data", EditScope.BOTH);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(definition()).contains("\"data\"");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(new EventBody.DiskAttached("data"), new EventBody.Redefined(2));
  }

  @Test
  default void aDiskOfTheMachineAloneIsInNoDefinition(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);

    attach(images, "data", EditScope.LIVE);

    assertThat(definition()).doesNotContain("\"data\"");
    assertThat(refusal(images, "data", EditScope.LIVE)).isEqualTo(AlreadyExistsException.class);
  }

  @Test
  default void withoutAMachineADiskIsAddedToTheDefinition(@TempDir Path images) {
    rig().webIs(DomainState.SHUTOFF);

    attach(images, "data", EditScope.BOTH);
    attach(images, "more", EditScope.CONFIG);

    assertThat(definition()).contains("\"data\"", "\"more\"");
    assertThat(refusal(images, "data", EditScope.BOTH)).isEqualTo(AlreadyExistsException.class);
    assertThat(refusal(images, "live", EditScope.LIVE)).isEqualTo(InvalidStateException.class);
  }

  @Test
  default void theDisksOfTheMachineAndTheDefinitionAreListed(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "live", EditScope.LIVE);
    attach(images, "both", EditScope.BOTH);
    attach(images, "later", EditScope.CONFIG);
    Job job = detach("both", EditScope.BOTH);

    List<DiskSummary> disks = rig().host().disks(WEB);

    assertThat(disks).extracting(DiskSummary::name).containsExactly("live", "both", "later");
    assertThat(disks)
        .extracting(DiskSummary::scope)
        .containsExactly(EditScope.LIVE, EditScope.BOTH, EditScope.CONFIG);
    assertThat(disks)
        .extracting(DiskSummary::leaving)
        .containsExactly(Optional.empty(), Optional.of(job.id()), Optional.empty());
    assertThat(disks.get(2).source()).contains(images.resolve("later.raw").toString());
    assertThat(disks.get(2).place()).isEmpty();
    assertThat(disks.get(0).place()).isPresent();
    assertThat(rig().errorOf(host -> host.disks(NONE))).isEqualTo(NotFoundException.class);
  }

  @Test
  default void aDiskThatIsNoneIsRefusedWithAllThatIsWrong() {
    rig().webIs(DomainState.PAUSED);
    DefinitionDocument bad = rig().document("name: UPPER\nformat: vhd\ncolour: red\n");

    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> rig().host().attachDisk(WEB, bad, EditScope.BOTH, CallOptions.none()))
        .satisfies(error -> assertThat(error.problems()).hasSizeGreaterThanOrEqualTo(3));
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
  }

  @Test
  default void aSataBusTakesNothingWhileTheMachineRuns(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    DefinitionDocument sata = disk(images, "data", "bus: sata\n");

    assertThat(
            rig().errorOf(host -> host.attachDisk(WEB, sata, EditScope.LIVE, CallOptions.none())))
        .isEqualTo(UnsupportedException.class);
    rig().host().attachDisk(WEB, sata, EditScope.CONFIG, CallOptions.none());
    assertThat(definition()).contains("\"data\"");
  }

  @Test
  default void aGuestThatIsPausedLetsNothingGoAndTheJobWaits(@TempDir Path images)
      throws Exception {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    long before = rig().host().eventRange().newest();

    Job job = detach("data", EditScope.BOTH);

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThat(job.target().kind()).isEqualTo(JobKind.DETACH_DISK);
    assertThat(job.target().subject()).isEqualTo("data");
    assertThat(rig().host().jobs()).extracting(Job::id).containsExactly(job.id());
    assertThat(rig().errorOf(host -> host.awaitJob(job.id(), SHORT)))
        .isEqualTo(DeadlineExceededException.class);
    assertThat(rig().host().job(job.id()).status().state()).isEqualTo(JobState.RUNNING);
    assertThat(definition()).contains("\"data\"");
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .containsExactly(new EventBody.JobStarted(job.id().text(), "detach-disk", "data"));
  }

  @Test
  default void whileAJobIsAboutADiskNothingElseIs(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    Job job = detach("data", EditScope.BOTH);

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> detach("data", EditScope.LIVE))
        .withMessageContaining(job.id().text());
    assertThat(refusal(images, "data", EditScope.BOTH)).isEqualTo(BusyException.class);
  }

  @Test
  default void aCallCanWaitUntilNoJobIsInItsWay(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    Job job = detach("data", EditScope.LIVE);

    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.detachDisk(
                            WEB,
                            "data",
                            EditScope.LIVE,
                            JobOptions.none(),
                            CallOptions.within(SHORT).queued())))
        .isEqualTo(DeadlineExceededException.class);
    CompletableFuture<Job> next =
        CompletableFuture.supplyAsync(
            () ->
                rig()
                    .host()
                    .detachDisk(
                        WEB,
                        "data",
                        EditScope.LIVE,
                        JobOptions.none(),
                        CallOptions.within(HostRig.PATIENCE).queued()));
    rig().host().cancelJob(job.id());

    assertThat(next.get(HostRig.PATIENCE.toSeconds(), TimeUnit.SECONDS).id())
        .isNotEqualTo(job.id());
  }

  @Test
  default void aJobThatIsCancelledLeavesTheDiskWhereItIs(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    Job job = detach("data", EditScope.BOTH);

    Job cancelled = rig().host().cancelJob(job.id());

    assertThat(cancelled.status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(cancelled.status().endedAt()).isPresent();
    assertThat(rig().host().awaitJob(job.id(), HostRig.PATIENCE)).isEqualTo(cancelled);
    assertThat(rig().host().cancelJob(job.id())).isEqualTo(cancelled);
    assertThat(definition()).contains("\"data\"");
  }

  @Test
  default void aDetachCannotBeHeldAndOneThatHasEndedStaysAsItIs(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.LIVE);
    Job job = detach("data", EditScope.LIVE);

    assertThat(rig().errorOf(host -> host.pauseJob(job.id())))
        .isEqualTo(UnsupportedException.class);
    assertThat(rig().errorOf(host -> host.resumeJob(job.id())))
        .isEqualTo(UnsupportedException.class);
    Job cancelled = rig().host().cancelJob(job.id());

    assertThat(rig().host().pauseJob(job.id())).isEqualTo(cancelled);
    assertThat(rig().host().resumeJob(job.id())).isEqualTo(cancelled);
  }

  @Test
  default void oneKeyGivesOneJob(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.LIVE);
    Job job = detach("data", JobOptions.once("k-1"));

    assertThat(detach("data", JobOptions.once("k-1")).id()).isEqualTo(job.id());
    assertThat(rig().errorOf(host -> detach("other", JobOptions.once("k-1"))))
        .isEqualTo(ConflictException.class);
    rig().host().cancelJob(job.id());
    assertThat(detach("data", JobOptions.once("k-1")).status().state())
        .isEqualTo(JobState.CANCELLED);
    assertThat(rig().host().jobs()).hasSize(1);
  }

  @Test
  default void whatIsToBeTakenOutGoesWithTheMachine(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    Job job = detach("data", EditScope.BOTH);
    long before = rig().host().eventRange().newest();

    rig().destroy();

    Job ended = rig().host().awaitJob(job.id(), HostRig.PATIENCE);
    assertThat(ended.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ended.status().phase()).isEqualTo("removed");
    assertThat(definition()).doesNotContain("\"data\"");
    assertThat(typesUntil("job.ended", before)).contains("domain.redefined");
  }

  @Test
  default void withoutAMachineADiskIsTakenOutOfTheDefinitionAtOnce(@TempDir Path images) {
    rig().webIs(DomainState.SHUTOFF);
    attach(images, "data", EditScope.BOTH);

    Job job = detach("data", EditScope.BOTH);

    assertThat(job.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(definition()).doesNotContain("\"data\"");
    assertThat(rig().host().job(job.id())).isEqualTo(job);
    assertThat(rig().errorOf(host -> detach("data", EditScope.LIVE)))
        .isEqualTo(InvalidStateException.class);
  }

  @Test
  default void aDiskThatTheMachineBootsFromStays(@TempDir Path images) {
    String root = "name: root\nfile: " + image(images, "root") + "\nformat: raw\n";
    rig()
        .define(
            "name: web\nmemory: 64MiB\ndisks:\n- " + root.strip().replace("\n", "\n  ") + "\n",
            new DefineCondition.Always());
    rig().start(StartMode.PAUSED);

    assertThat(rig().errorOf(host -> detach("root", EditScope.BOTH)))
        .isEqualTo(InvalidStateException.class);
    assertThat(detach("root", EditScope.CONFIG).status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(rig().host().domain(WEB).definition().pending()).isTrue();
  }

  @Test
  default void whatIsNotThereIsNotFound(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);

    assertThat(rig().errorOf(host -> detach("data", EditScope.BOTH)))
        .isEqualTo(NotFoundException.class);
    JobId nobody = new JobId("0123456789ab");
    assertThat(rig().errorOf(host -> host.job(nobody))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.awaitJob(nobody, SHORT)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.cancelJob(nobody))).isEqualTo(NotFoundException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.attachDisk(
                            NONE, disk(images, "data", ""), EditScope.BOTH, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().host().jobs()).isEqualTo(List.of());
  }

  private List<String> typesUntil(String last, long after) throws InterruptedException {
    List<String> types = new ArrayList<>();
    try (EventStream events = rig().host().events(after)) {
      while (!types.contains(last)) {
        types.add(events.next(HostRig.PATIENCE).orElseThrow().type());
      }
    }
    return types;
  }

  private VerbResult attach(Path images, String name, EditScope scope) {
    return rig()
        .host()
        .attachDisk(WEB, disk(images, name, ""), scope, CallOptions.within(HostRig.PATIENCE));
  }

  private Class<?> refusal(Path images, String name, EditScope scope) {
    return rig().errorOf(host -> attach(images, name, scope));
  }

  private Job detach(String name, EditScope scope) {
    return rig()
        .host()
        .detachDisk(WEB, name, scope, JobOptions.none(), CallOptions.within(HostRig.PATIENCE));
  }

  private Job detach(String name, JobOptions options) {
    return rig()
        .host()
        .detachDisk(WEB, name, EditScope.LIVE, options, CallOptions.within(HostRig.PATIENCE));
  }

  private String definition() {
    return rig().host().definition(WEB).json();
  }

  private DefinitionDocument disk(Path images, String name, String more) {
    return rig()
        .document("name: " + name + "\nfile: " + image(images, name) + "\nformat: raw\n" + more);
  }

  private static Path image(Path images, String name) {
    try {
      return Files.write(images.resolve(name + ".raw"), new byte[1 << 20]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventBody;
import dev.berth.domain.StateReason;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreRequest;
import dev.berth.host.RestoreRequest.ChangedImages;
import dev.berth.host.RestoreRequest.Guest;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that are written to files, by a job, and go on from there. */
public interface SaveContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aSavedMachineIsInItsFileAndGoesOnFromThere(@TempDir Path directory)
      throws Exception {
    rig().webIs(DomainState.RUNNING);
    long before = rig().host().eventRange().newest();
    Path file = directory.resolve("web.save");

    Job job = save(file, JobOptions.none());

    assertThat(job.target().kind()).isEqualTo(JobKind.SAVE);
    assertThat(job.target().subject()).isEqualTo(file.toString());
    Job ended = rig().ended(job);
    assertThat(ended.status().phase()).isEqualTo("complete");
    assertThat(ended.status().state()).isEqualTo(JobState.SUCCEEDED);
    DomainStatus status = rig().host().domain(WEB).status();
    assertThat(status.state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(status.reason()).isEqualTo(StateReason.SAVED);
    assertThat(status.detail()).contains("in " + file);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.JobStarted(job.id().text(), "save", file.toString()),
            new EventBody.JobEnded(
                job.id().text(), "save", file.toString(), "succeeded", "complete", ""));

    DomainStatus restored = restore(RestoreRequest.of(file));

    assertThat(restored.state()).isEqualTo(DomainState.RUNNING);
    assertThat(restored.reason()).isEqualTo(StateReason.RESTORED);
    assertThat(rig().host().domain(WEB).machine()).isPresent();
  }

  @Test
  default void aGuestThatWasPausedStaysSoUnlessSomethingElseIsSaid(@TempDir Path directory) {
    rig().webIs(DomainState.PAUSED);
    Path file = directory.resolve("web.save");
    rig().ended(save(file, JobOptions.none()));

    assertThat(restore(RestoreRequest.of(file)).state()).isEqualTo(DomainState.PAUSED);
    rig().destroy();
    RestoreRequest running = new RestoreRequest(file, Guest.RUNNING, ChangedImages.REFUSE);
    assertThat(restore(running).state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void aSavedMachineIsNotRestoredBesideAnother(@TempDir Path directory) {
    rig().webIs(DomainState.RUNNING);
    Path file = directory.resolve("web.save");
    rig().ended(save(file, JobOptions.none()));
    restore(RestoreRequest.of(file));

    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.saves()
                            .restore(
                                RestoreRequest.of(file), Resources.none(), CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
  }

  @Test
  default void theNextStartGoesOnFromAManagedSave() throws Exception {
    rig().webIs(DomainState.RUNNING);

    Job job = rig().ended(saveManaged(JobOptions.none()));

    assertThat(job.status().phase()).isEqualTo("complete");
    DomainStatus status = rig().host().domain(WEB).status();
    assertThat(status.state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(status.reason()).isEqualTo(StateReason.SAVED);
    assertThat(status.detail()).contains("in " + job.target().subject());

    VerbResult started = start(StartMode.RUNNING);

    assertThat(started.detail()).contains("managed save");
    assertThat(started.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(started.snapshot().status().reason()).isEqualTo(StateReason.RESTORED);
    rig().destroy();
    assertThat(start(StartMode.RUNNING).snapshot().status().reason())
        .as("a managed save is gone on from once")
        .isEqualTo(StateReason.BOOTED);
  }

  @Test
  default void aGuestStandsThatIsStartedPausedFromItsManagedSave() {
    rig().webIs(DomainState.RUNNING);
    rig().ended(saveManaged(JobOptions.none()));

    DomainStatus started = start(StartMode.PAUSED).snapshot().status();

    assertThat(started.state()).isEqualTo(DomainState.PAUSED);
    assertThat(started.reason()).isEqualTo(StateReason.USER);
  }

  @Test
  default void aManagedSaveThatIsDroppedIsNotGoneOnFrom() {
    rig().webIs(DomainState.RUNNING);
    rig().ended(saveManaged(JobOptions.none()));

    VerbResult dropped = discard();

    assertThat(dropped.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(dropped.snapshot().status().reason()).isEqualTo(StateReason.DESTROYED);
    assertThat(discard().effect()).isEqualTo(VerbResult.Effect.ALREADY);
    assertThat(start(StartMode.RUNNING).snapshot().status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(discard().effect()).isEqualTo(VerbResult.Effect.ALREADY);
  }

  @Test
  default void aDomainIsNotUndefinedThatHasAManagedSave() {
    rig().webIs(DomainState.RUNNING);
    rig().ended(saveManaged(JobOptions.none()));

    assertThat(rig().errorOf(host -> host.undefine(WEB))).isEqualTo(InvalidStateException.class);

    discard();
    rig().host().undefine(WEB);
    assertThat(rig().host().list()).isEmpty();
  }

  @Test
  default void noOtherFileIsRestoredBesideAManagedSave(@TempDir Path directory) {
    rig().webIs(DomainState.RUNNING);
    Path file = directory.resolve("web.save");
    rig().ended(save(file, JobOptions.none()));
    restore(RestoreRequest.of(file));
    Job managed = rig().ended(saveManaged(JobOptions.none()));

    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.saves()
                            .restore(
                                RestoreRequest.of(file), Resources.none(), CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(restore(RestoreRequest.of(Path.of(managed.target().subject()))).reason())
        .isEqualTo(StateReason.RESTORED);
    assertThat(discard().effect()).isEqualTo(VerbResult.Effect.ALREADY);
  }

  @Test
  default void theSameManagedSaveWithTheSameKeyIsTheSameJob() {
    rig().webIs(DomainState.RUNNING);
    JobOptions key = new JobOptions(Optional.of("ticket-1"));
    Job first = rig().ended(saveManaged(key));

    assertThat(saveManaged(key).id()).isEqualTo(first.id());
  }

  @Test
  default void whatCannotBeSavedChangesNothing(@TempDir Path directory) {
    rig().define("web");
    Path file = directory.resolve("web.save");
    assertThat(errorOfSave(file)).isEqualTo(InvalidStateException.class);
    assertThat(
            rig()
                .errorOf(
                    host -> host.saves().save(NONE, file, JobOptions.none(), CallOptions.none())))
        .isEqualTo(NotFoundException.class);

    rig().webIs(DomainState.RUNNING);
    assertThat(errorOfSave(directory.resolve("none").resolve("web.save")))
        .isEqualTo(HostFailureException.class);
    assertThat(errorOfSave(Path.of("web.save"))).isEqualTo(InvalidRequestException.class);
    rig().ended(save(file, JobOptions.none()));
    restore(RestoreRequest.of(file));
    assertThat(errorOfSave(file)).isEqualTo(AlreadyExistsException.class);
    assertThat(rig().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void whatIsNoSavedMachineIsNotRestored(@TempDir Path directory) {
    rig().define("web");

    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.saves()
                            .restore(
                                RestoreRequest.of(directory.resolve("none")),
                                Resources.none(),
                                CallOptions.none())))
        .isEqualTo(HostFailureException.class);
    assertThat(rig().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  default void theSameSaveWithTheSameKeyIsTheSameJob(@TempDir Path directory) {
    rig().webIs(DomainState.RUNNING);
    JobOptions key = new JobOptions(Optional.of("ticket-1"));
    Job first = save(directory.resolve("web.save"), key);
    rig().ended(first);

    assertThat(save(directory.resolve("web.save"), key).id()).isEqualTo(first.id());
  }

  private Job save(Path file, JobOptions options) {
    return rig().host().saves().save(WEB, file, options, CallOptions.within(HostRig.PATIENCE));
  }

  private Job saveManaged(JobOptions options) {
    return rig().host().saves().save(WEB, options, CallOptions.within(HostRig.PATIENCE));
  }

  private VerbResult discard() {
    return rig().host().saves().discard(WEB, CallOptions.within(HostRig.PATIENCE));
  }

  private VerbResult start(StartMode mode) {
    return rig().host().start(WEB, mode, CallOptions.within(HostRig.PATIENCE));
  }

  private DomainStatus restore(RestoreRequest request) {
    return rig()
        .host()
        .saves()
        .restore(request, Resources.none(), CallOptions.within(HostRig.PATIENCE))
        .snapshot()
        .status();
  }

  private Class<?> errorOfSave(Path file) {
    return rig()
        .errorOf(host -> host.saves().save(WEB, file, JobOptions.none(), CallOptions.none()));
  }
}

package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.ShareSummary;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Shares that come and go. Guests here are paused, so that they let go of nothing. What holds for
 * jobs of each kind is in {@link DiskContract}.
 */
public interface ShareContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aShareIsAddedToTheMachineAndTheDefinition() throws Exception {
    webCanHaveShares();
    long before = rig().host().eventRange().newest();

    VerbResult result = attachShare("name: files", EditScope.BOTH);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(definition()).contains("\"files\"");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(new EventBody.ShareAttached("files"), new EventBody.Redefined(2));
  }

  @Test
  default void theSharesOfTheMachineAndTheDefinitionAreListed() {
    webCanHaveShares();
    attachShare("name: live\ntag: t1", EditScope.LIVE);
    attachShare("name: both", EditScope.BOTH);
    attachShare("name: later", EditScope.CONFIG);
    Job job = detachShare("both", EditScope.BOTH);

    List<ShareSummary> shares = rig().host().shares(WEB);

    assertThat(shares).extracting(ShareSummary::name).containsExactly("live", "both", "later");
    assertThat(shares).extracting(ShareSummary::tag).containsExactly("t1", "both", "later");
    assertThat(shares)
        .extracting(ShareSummary::scope)
        .containsExactly(EditScope.LIVE, EditScope.BOTH, EditScope.CONFIG);
    assertThat(shares)
        .extracting(ShareSummary::leaving)
        .containsExactly(Optional.empty(), Optional.of(job.id()), Optional.empty());
    assertThat(shares).extracting(ShareSummary::source).containsOnly(Optional.of(Path.of("/tmp")));
    assertThat(shares).extracting(ShareSummary::lost).containsOnly(false);
    assertThat(shares.get(0).place()).isPresent();
    assertThat(shares.get(2).place()).isEmpty();
    assertThat(rig().errorOf(host -> host.shares(NONE))).isEqualTo(NotFoundException.class);
  }

  @Test
  default void aNameAndATagOfAShareAreTakenOnce() {
    webCanHaveShares();
    attachShare("name: files", EditScope.LIVE);

    assertThat(rig().errorOf(host -> attachShare("name: files", EditScope.LIVE)))
        .isEqualTo(AlreadyExistsException.class);
    attachShare("name: files", EditScope.CONFIG);
    assertThat(rig().errorOf(host -> attachShare("name: files", EditScope.CONFIG)))
        .isEqualTo(AlreadyExistsException.class);
    assertThat(rig().errorOf(host -> attachShare("name: x\ntag: files", EditScope.CONFIG)))
        .isEqualTo(InvalidDefinitionException.class);
    assertThat(rig().errorOf(host -> attachShare("name: x\ntag: files", EditScope.LIVE)))
        .isEqualTo(InvalidDefinitionException.class);
  }

  @Test
  default void aShareThatIsNoneIsRefusedWithAllThatIsWrong() {
    rig().webIs(DomainState.PAUSED);
    DefinitionDocument bad =
        rig().document("name: UPPER\nread-only: perhaps\ntag: " + "t".repeat(37));

    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> rig().host().attachShare(WEB, bad, EditScope.BOTH, CallOptions.none()))
        .satisfies(error -> assertThat(error.problems()).hasSizeGreaterThanOrEqualTo(4));
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
  }

  @Test
  default void aMachineWhoseMemoryIsItsOwnTakesNoShareAndTheNextOneDoes() {
    rig().webIs(DomainState.PAUSED);

    assertThat(rig().errorOf(host -> attachShare("name: files", EditScope.BOTH)))
        .isEqualTo(InvalidStateException.class);
    assertThat(rig().host().shares(WEB)).isEmpty();
    assertThat(definition()).doesNotContain("\"files\"");

    attachShare("name: files", EditScope.CONFIG);

    assertThat(rig().host().domain(WEB).definition().pending()).isTrue();
  }

  @Test
  default void withoutAMachineAShareComesAndGoesInTheDefinition() {
    rig().webIs(DomainState.SHUTOFF);

    attachShare("name: files", EditScope.BOTH);

    assertThat(definition()).contains("\"files\"");
    assertThat(rig().errorOf(host -> attachShare("name: live", EditScope.LIVE)))
        .isEqualTo(InvalidStateException.class);
    Job job = detachShare("files", EditScope.BOTH);
    assertThat(job.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(definition()).doesNotContain("\"files\"");
  }

  @Test
  default void aPausedGuestLetsNoShareGoAndTheJobIsInTheWay() throws Exception {
    webCanHaveShares();
    attachShare("name: files", EditScope.BOTH);
    long before = rig().host().eventRange().newest();

    Job job = detachShare("files", EditScope.BOTH);

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThat(job.target().kind()).isEqualTo(JobKind.DETACH_SHARE);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .containsExactly(new EventBody.JobStarted(job.id().text(), "detach-share", "files"));
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> detachShare("files", EditScope.LIVE))
        .withMessageContaining(job.id().text());
    assertThat(rig().errorOf(host -> attachShare("name: files", EditScope.BOTH)))
        .isEqualTo(BusyException.class);
    assertThat(rig().host().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(definition()).contains("\"files\"");
  }

  @Test
  default void aShareThatIsNotThereIsNotFound() {
    rig().webIs(DomainState.PAUSED);

    assertThat(rig().errorOf(host -> detachShare("files", EditScope.BOTH)))
        .isEqualTo(NotFoundException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.attachShare(
                            NONE,
                            rig().document("{name: files, source: /tmp}"),
                            EditScope.BOTH,
                            CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  private void webCanHaveShares() {
    assumeTrue(rig().servesShares(), "nothing on this host serves shares");
    rig().webHas("memory: 64MiB, memory-backing: {kind: memfd, shared: true}");
    rig().start(StartMode.PAUSED);
  }

  private VerbResult attachShare(String item, EditScope scope) {
    DefinitionDocument share = rig().document("source: /tmp\n" + item + "\n");
    return rig().host().attachShare(WEB, share, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private Job detachShare(String name, EditScope scope) {
    return rig()
        .host()
        .detachShare(WEB, name, scope, JobOptions.none(), CallOptions.within(HostRig.PATIENCE));
  }

  private String definition() {
    return rig().host().definition(WEB).json();
  }
}

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
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.NicSummary;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Network interfaces that come and go. Guests here are paused, so that they let go of nothing. What
 * holds for jobs of each kind is in {@link DiskContract}.
 */
public interface NicContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void anInterfaceIsAddedToTheMachineAndTheDefinition() throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();

    VerbResult result = attachNic("lan", EditScope.BOTH);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(nicsOfTheDefinition()).contains("\"lan\"");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(new EventBody.NicAttached("lan"), new EventBody.Redefined(2));
  }

  @Test
  default void theInterfacesOfTheMachineAndTheDefinitionAreListed() {
    rig().webIs(DomainState.PAUSED);
    attachNic("live", EditScope.LIVE);
    attachNic("both", EditScope.BOTH);
    attachNic("later", EditScope.CONFIG);
    Job job = detachNic("both", EditScope.BOTH);

    List<NicSummary> nics = rig().host().nics(WEB);

    assertThat(nics).extracting(NicSummary::name).containsExactly("live", "both", "later");
    assertThat(nics)
        .extracting(NicSummary::scope)
        .containsExactly(EditScope.LIVE, EditScope.BOTH, EditScope.CONFIG);
    assertThat(nics)
        .extracting(NicSummary::leaving)
        .containsExactly(Optional.empty(), Optional.of(job.id()), Optional.empty());
    assertThat(nics).extracting(NicSummary::network).containsOnly("user");
    assertThat(nics.get(0).mac()).isPresent();
    assertThat(nics)
        .extracting(NicSummary::servedBy)
        .containsExactly(Optional.of("qemu"), Optional.of("qemu"), Optional.empty());
    assertThat(nics).extracting(NicSummary::servedReason).containsOnly(Optional.empty());
    assertThat(nics.get(0).place()).isPresent();
    assertThat(nics.get(2).place()).isEmpty();
    assertThat(rig().errorOf(host -> host.nics(NONE))).isEqualTo(NotFoundException.class);
  }

  @Test
  default void aNameOfAnInterfaceIsTakenOnce() {
    rig().webIs(DomainState.PAUSED);
    attachNic("lan", EditScope.LIVE);

    assertThat(rig().errorOf(host -> attachNic("lan", EditScope.LIVE)))
        .isEqualTo(AlreadyExistsException.class);
    attachNic("lan", EditScope.CONFIG);
    assertThat(rig().errorOf(host -> attachNic("lan", EditScope.CONFIG)))
        .isEqualTo(AlreadyExistsException.class);
  }

  @Test
  default void anInterfaceThatIsNoneIsRefusedWithAllThatIsWrong() {
    rig().webIs(DomainState.PAUSED);
    DefinitionDocument bad = rig().document("name: UPPER\nnetwork: wifi\nmac: x\n");

    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> rig().host().attachNic(WEB, bad, EditScope.BOTH, CallOptions.none()))
        .satisfies(error -> assertThat(error.problems()).hasSizeGreaterThanOrEqualTo(3));
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
  }

  @Test
  default void withoutAMachineAnInterfaceComesAndGoesInTheDefinition() {
    rig().webIs(DomainState.SHUTOFF);

    attachNic("lan", EditScope.BOTH);

    assertThat(nicsOfTheDefinition()).contains("\"lan\"");
    assertThat(rig().errorOf(host -> attachNic("live", EditScope.LIVE)))
        .isEqualTo(InvalidStateException.class);
    Job job = detachNic("lan", EditScope.BOTH);
    assertThat(job.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(nicsOfTheDefinition()).doesNotContain("\"lan\"");
  }

  @Test
  default void aPausedGuestLetsNoInterfaceGoAndTheJobIsInTheWay() throws Exception {
    rig().webIs(DomainState.PAUSED);
    attachNic("lan", EditScope.BOTH);
    long before = rig().host().eventRange().newest();

    Job job = detachNic("lan", EditScope.BOTH);

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThat(job.target().kind()).isEqualTo(JobKind.DETACH_NIC);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .containsExactly(new EventBody.JobStarted(job.id().text(), "detach-nic", "lan"));
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> detachNic("lan", EditScope.LIVE))
        .withMessageContaining(job.id().text());
    assertThat(rig().errorOf(host -> attachNic("lan", EditScope.BOTH)))
        .isEqualTo(BusyException.class);
    assertThat(rig().host().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(nicsOfTheDefinition()).contains("\"lan\"");
  }

  @Test
  default void anInterfaceThatIsNotThereIsNotFound() {
    rig().webIs(DomainState.PAUSED);

    assertThat(rig().errorOf(host -> detachNic("lan", EditScope.BOTH)))
        .isEqualTo(NotFoundException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.attachNic(
                            NONE, rig().document("name: lan"), EditScope.BOTH, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  private VerbResult attachNic(String name, EditScope scope) {
    return rig()
        .host()
        .attachNic(
            WEB, rig().document("name: " + name), scope, CallOptions.within(HostRig.PATIENCE));
  }

  private Job detachNic(String name, EditScope scope) {
    return rig()
        .host()
        .detachNic(WEB, name, scope, JobOptions.none(), CallOptions.within(HostRig.PATIENCE));
  }

  private String nicsOfTheDefinition() {
    return rig().host().definition(WEB).json();
  }
}

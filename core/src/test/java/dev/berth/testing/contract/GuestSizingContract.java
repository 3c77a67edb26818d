package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.EventBody;
import dev.berth.error.InvalidStateException;
import dev.berth.host.EditScope;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import org.junit.jupiter.api.Test;

/** Guests that do what it takes to have another size. */
public interface GuestSizingContract {

  /** The host under test, whose guests have drivers. */
  GuestRig rig();

  @Test
  default void aGuestTakesMemoryAndGivesItBack() throws Exception {
    rig().webHas("memory: 64MiB, max-memory: 256MiB");
    rig().start(StartMode.RUNNING);
    long before = rig().host().eventRange().newest();

    Job more = rig().ended(rig().setMemory(192, EditScope.BOTH));

    assertThat(more.target().kind()).isEqualTo(JobKind.SET_MEMORY);
    assertThat(more.target().subject()).isEqualTo("192MiB");
    assertThat(more.status().phase()).isEqualTo("done");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().host().definition(WEB).json()).contains("\"memory\":\"192MiB\"");
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(new EventBody.Redefined(2));

    assertThat(rig().ended(rig().setMemory(64, EditScope.LIVE)).status().phase()).isEqualTo("done");
    assertThat(rig().host().definition(WEB).json()).contains("\"memory\":\"192MiB\"");
  }

  @Test
  default void aGuestFollowsItsBalloon() {
    rig().webHas("memory: 64MiB");
    rig().start(StartMode.RUNNING);

    Job job = rig().ended(rig().setBalloon(32));

    assertThat(job.target().kind()).isEqualTo(JobKind.SET_BALLOON);
    assertThat(job.status().phase()).isEqualTo("done");
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
    assertThat(rig().errorOf(host -> rig().setBalloon(65))).isEqualTo(InvalidStateException.class);
  }
}

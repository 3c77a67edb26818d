package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** When the moments that every job meets come to those who do the jobs. */
final class JobWorksTest {
  private final List<String> met = new ArrayList<>();
  private final CompletableFuture<Void> looked = new CompletableFuture<>();
  private final JobWorks works =
      new JobWorks(
          new Mailbox("web", Runnable::run),
          List.of(new OfMachines("first"), new OfDomains("second"), new OfMachines("third")));

  @Test
  void allLookAtTheirJobsOneAfterTheOtherWhenTheDomainIsOpened() {
    CompletionStage<?> settled = works.settleWithoutMachine();

    assertThat(met).containsExactly("first settles");
    looked.complete(null);
    assertThat(met).containsExactly("first settles", "second settles", "third settles");
    assertThat(settled.toCompletableFuture()).isCompleted();
  }

  @Test
  void onlyThoseAboutMachinesMeetTheirEnds() {
    looked.complete(null);

    works.machineEnded();

    assertThat(met).containsExactly("first settles", "third settles");
  }

  @Test
  void eachLooksAtItsJobsInATurnOfItsOwnWhenTheMachineHasEnded() {
    works.machineEnded();

    assertThat(met).containsExactly("first settles");
    looked.complete(null);
    assertThat(met).containsExactly("first settles", "third settles");
  }

  @Test
  void allLetGoWhenTheHostIsClosed() {
    works.letGo();

    assertThat(met).containsExactly("first lets go", "second lets go", "third lets go");
  }

  private class OfDomains implements JobWork {
    final String name;

    OfDomains(String name) {
      this.name = name;
    }

    @Override
    public CompletionStage<?> settleWithoutMachine() {
      met.add(name + " settles");
      return looked;
    }

    @Override
    public void letGo() {
      met.add(name + " lets go");
    }

    @Override
    public CompletionStage<Void> cancel(KeptJob job, String actor) {
      throw new AssertionError("nobody cancels a job here");
    }

    @Override
    public JobPausing pausing(KeptJob job) {
      throw new AssertionError("nobody holds a job here");
    }
  }

  private final class OfMachines extends OfDomains implements MachineJobWork {
    OfMachines(String name) {
      super(name);
    }

    @Override
    public void resume(Lifecycle.Active active) {
      throw new AssertionError("no machine is adopted here");
    }
  }
}

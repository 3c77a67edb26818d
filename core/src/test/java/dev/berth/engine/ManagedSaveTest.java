package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.machine.Relaunch;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeLauncher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Saved machines that the host keeps: what starts go on from, and what does not lose them. */
final class ManagedSaveTest extends PolicyFixture {
  @Test
  void aDomainGoesOnFromItWhenTheHostHasBooted() {
    define("autostart: true");
    host.start("web");
    Path file = save();

    reboot();

    waitUntil(DomainState.RUNNING);
    assertThat(web().status().reason()).isEqualTo(StateReason.RESTORED);
    assertGoneOnFrom(file);
  }

  @Test
  void aGuestThatWasPausedStaysSoWhenTheHostHasBooted() {
    define("autostart: true");
    host.start("web");
    api().pause(WEB, CallOptions.none());
    Path file = save();

    reboot();

    waitUntil(DomainState.PAUSED);
    assertGoneOnFrom(file);
    assertThat(web().restart()).as("a start that is due").isEmpty();
    host.destroy("web");
    pass(Duration.ofHours(1));
    assertThat(web().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  void withoutAutostartItWaits() {
    define("");
    host.start("web");
    Path file = save();

    reboot();

    pass(Duration.ofHours(1));
    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    assertThat(file).exists();
    start();
    assertGoneOnFrom(file);
  }

  @Test
  void aStartThatFailsKeepsItAndBootsNothing() {
    define("");
    host.start("web");
    Path file = save();
    host.launcher().fail(FakeLauncher.Job.LAUNCH, new HostFailureException("QEMU knows better."));

    assertThatThrownBy(this::start).hasMessageContaining("QEMU knows better.");

    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    assertThat(web().status().detail().orElseThrow())
        .contains("in " + file)
        .contains("QEMU knows better.");
    assertThat(machines.living()).isEmpty();
    reopen();
    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    start();
    assertGoneOnFrom(file);
  }

  @Test
  void whatIsDamagedBootsNothingEither() throws Exception {
    define("autostart: true");
    host.start("web");
    Path file = save();
    Files.write(file, new byte[100]);

    reboot();

    eventually(
        () -> {
          assertThat(web().status().detail().orElseThrow()).contains("could not go on from there");
          assertThat(web().operation()).isEmpty();
          assertThat(web().restart()).as("a start that is due").isEmpty();
        });
    assertThatThrownBy(this::start)
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("cannot go on from its managed save")
        .hasMessageContaining("vmctl save --discard");
    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    assertThat(machines.living()).isEmpty();
    api().saves().discard(WEB, CallOptions.none());
    assertThat(file).doesNotExist();
    start();
    assertThat(web().status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(save()).exists();
  }

  @Test
  void aMachineThatEndsAsItsGuestGoesOnLeavesItAndSaysSo() {
    define("");
    host.start("web");
    Path file = save();
    machines.onStart(
        machine ->
            machine
                .monitor()
                .answer(
                    "cont",
                    arguments -> {
                      machine.die(KILLED);
                      return Json.object();
                    }));

    assertThatThrownBy(this::start).isNotNull();

    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    assertThat(web().status().detail().orElseThrow()).contains("may have gone on already");
    machines.onStart(machine -> {});
    start(); // it has no images, and so has written to none
    assertGoneOnFrom(file);
  }

  @Test
  void aStoreThatHasLostItFindsItInItsDirectory() {
    define("uuid: 6b0e4c5e-3a40-4f0e-9a57-0f7f8a1d2c33");
    host.start("web");
    Path file = save();
    host.close();
    memory.close();
    memory = new MemoryStore();
    store = new FaultyStore(memory);
    host = opened(port -> port);
    define("uuid: 6b0e4c5e-3a40-4f0e-9a57-0f7f8a1d2c33");

    reopen();

    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    start();
    assertGoneOnFrom(file);
  }

  @Test
  void whatIsLeftOfOneThatIsOverGoesWithTheNextOpening() throws Exception {
    define("");
    host.start("web");
    Path file = save();
    byte[] saved = Files.readAllBytes(file);
    start();
    Files.write(file, saved);

    reopen();

    waitUntil(DomainState.RUNNING);
    assertThat(file).doesNotExist();
  }

  @Test
  void whatIsLeftOfOneThatIsOverGoesWithItsDomain() throws Exception {
    define("");
    host.start("web");
    Path file = leftOver();
    host.destroy("web");

    api().undefine(WEB);

    assertThat(file).doesNotExist();
  }

  /** Its row is what tells of the file. */
  @Test
  void whatIsLeftOfOneThatIsOverIsKnownHoweverManyJobsThereWereSince() throws Exception {
    define("");
    host.start("web");
    Path file = leftOver();
    Path others = Files.createDirectories(directory.resolve("others"));
    for (int i = 0; i <= DomainJobs.KEPT; i++) {
      Job job =
          api()
              .saves()
              .save(WEB, others.resolve("save-" + i), JobOptions.none(), CallOptions.none());
      assertThat(api().awaitJob(job.id(), TestHost.PATIENCE).status().phase())
          .isEqualTo("complete");
      waitUntil(DomainState.SHUTOFF);
      start();
    }

    assertThat(save()).isEqualTo(file);
  }

  /** The file of a guest that has gone on from it, as if it could not have been removed. */
  private Path leftOver() throws Exception {
    Path file = save();
    byte[] saved = Files.readAllBytes(file);
    start();
    assertGoneOnFrom(file);
    return Files.write(file, saved);
  }

  private Path save() {
    Job job = api().saves().save(WEB, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
    assertThat(api().awaitJob(job.id(), TestHost.PATIENCE).status().phase()).isEqualTo("complete");
    waitUntil(DomainState.SHUTOFF);
    assertThat(web().status().reason()).isEqualTo(StateReason.SAVED);
    return Path.of(job.target().subject());
  }

  private void start() {
    api().start(WEB, StartMode.RUNNING, CallOptions.within(TestHost.PATIENCE));
  }

  private void assertGoneOnFrom(Path file) {
    eventually(() -> assertThat(file).doesNotExist());
    assertThat(Relaunch.isIncoming(machines.of("web").launch())).as("it was restored").isTrue();
  }
}

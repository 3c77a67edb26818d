package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.JobOptions;
import dev.berth.host.MemoryDump;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory of guests that is written down, by a job. */
public interface DumpContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aDumpIsAJobThatEndsWithTheFile(@TempDir Path directory) throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();
    Path file = directory.resolve("web.elf");

    Job job = dump(MemoryDump.to(file), JobOptions.none());

    assertThat(job.target().kind()).isEqualTo(JobKind.DUMP_MEMORY);
    assertThat(job.target().subject()).isEqualTo(file.toString());
    Job ended = ended(job);
    assertThat(ended.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ended.status().phase()).isEqualTo("complete");
    assertThat(ended.status().progress())
        .hasValueSatisfying(
            progress -> {
              assertThat(progress.total()).isPositive();
              assertThat(progress.done()).isEqualTo(progress.total());
            });
    assertThat(rig().state()).isEqualTo(DomainState.PAUSED);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.JobStarted(job.id().text(), "dump-memory", file.toString()),
            new EventBody.JobEnded(
                job.id().text(), "dump-memory", file.toString(), "succeeded", "complete", ""));
  }

  @Test
  default void aFileThatIsThereIsReplacedOnlyWhenThatIsSaid(@TempDir Path directory) {
    rig().webIs(DomainState.PAUSED);
    Path file = directory.resolve("web.elf");
    ended(dump(MemoryDump.to(file), JobOptions.none()));

    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.dumpMemory(
                            WEB, MemoryDump.to(file), JobOptions.none(), CallOptions.none())))
        .isEqualTo(AlreadyExistsException.class);
    MemoryDump replacing = new MemoryDump(file, MemoryDump.Format.ELF, MemoryDump.Existing.REPLACE);
    assertThat(ended(dump(replacing, JobOptions.none())).status().state())
        .isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  default void whatHasNoDirectoryIsNotWritten(@TempDir Path directory) {
    rig().webIs(DomainState.PAUSED);
    MemoryDump dump = MemoryDump.to(directory.resolve("none/web.elf"));

    assertThat(
            rig()
                .errorOf(host -> host.dumpMemory(WEB, dump, JobOptions.none(), CallOptions.none())))
        .isEqualTo(HostFailureException.class);
    assertThat(rig().host().jobs()).isEmpty();
  }

  @Test
  default void oneKeyGivesOneDump(@TempDir Path directory) {
    rig().webIs(DomainState.PAUSED);
    MemoryDump dump = MemoryDump.to(directory.resolve("web.elf"));

    Job first = ended(dump(dump, JobOptions.once("k1")));

    assertThat(dump(dump, JobOptions.once("k1"))).isEqualTo(first);
    MemoryDump other = MemoryDump.to(directory.resolve("other.elf"));
    assertThat(
            rig()
                .errorOf(
                    host -> host.dumpMemory(WEB, other, JobOptions.once("k1"), CallOptions.none())))
        .isEqualTo(ConflictException.class);
    assertThat(first.origin().key()).isEqualTo(Optional.of("k1"));
  }

  @Test
  default void whatHasNoMemoryIsNotDumped(@TempDir Path directory) {
    rig().webIs(DomainState.SHUTOFF);
    MemoryDump dump = MemoryDump.to(directory.resolve("web.elf"));

    assertThat(
            rig()
                .errorOf(host -> host.dumpMemory(WEB, dump, JobOptions.none(), CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(
            rig()
                .errorOf(
                    host -> host.dumpMemory(NONE, dump, JobOptions.none(), CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> MemoryDump.to(Path.of("web.elf")));
    assertThat(rig().host().jobs()).isEmpty();
  }

  private Job dump(MemoryDump dump, JobOptions options) {
    return rig().host().dumpMemory(WEB, dump, options, CallOptions.within(HostRig.PATIENCE));
  }

  private Job ended(Job job) {
    return rig().host().awaitJob(job.id(), HostRig.PATIENCE);
  }
}

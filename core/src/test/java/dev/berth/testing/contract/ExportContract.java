package dev.berth.testing.contract;

import static dev.berth.testing.Eventually.eventually;
import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.Extent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that are served for others to copy, by a job. They are raw here; what there is of others is
 * {@code ExportTest}'s, with real ones.
 */
public interface ExportContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void anExportIsAJobThatServesUntilItIsFinished(@TempDir Path directory) throws Exception {
    webServes(directory);

    Job job = serving(directory);

    assertThat(job.target().kind()).isEqualTo(JobKind.PULL_BACKUP);
    PullBackup served = rig().host().backups().exported(job.id(), CallOptions.none());
    assertThat(served.job()).isEqualTo(job.id());
    assertThat(served.disks()).extracting(ExportedDisk::disk).containsExactly("data");
    assertThat(served.disks()).extracting(ExportedDisk::extent).containsExactly(Extent.FULL);
    assertThat(served.uri(served.disks().get(0)).toString())
        .isEqualTo("nbd+unix:///data?socket=" + served.socket());
    DiskExtents extents = rig().host().backups().extents(job.id(), "data", 0, CallOptions.none());
    assertThat(extents.next()).isEmpty();
    assertThat(extents.extents()).allMatch(DiskExtent::dirty);
    assertThat(extents.extents().stream().mapToLong(DiskExtent::length).sum())
        .isEqualTo(served.disks().get(0).size().bytes());
    rig().host().backups().finishExport(job.id(), CallOptions.none());
    assertThat(rig().ended(job).status().phase()).isEqualTo("complete");
    assertThat(rig().host().backups().finishExport(job.id(), CallOptions.none()).status().state())
        .isEqualTo(JobState.SUCCEEDED);
    assertThat(rig().errorOf(host -> host.backups().exported(job.id(), CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(directory.toFile().list()).containsExactly("data.raw");
  }

  @Test
  default void anExportThatIsCancelledIsGone(@TempDir Path directory) throws Exception {
    webServes(directory);
    Job job = serving(directory);

    assertThat(errorOf(ExportRequest.full(directory))).isEqualTo(BusyException.class);
    rig().host().cancelJob(job.id());

    assertThat(rig().ended(job).status().state()).isEqualTo(JobState.CANCELLED);
    assertThat(directory.toFile().list()).containsExactly("data.raw");
    Job next = serving(directory);
    rig().destroy();
    assertThat(rig().ended(next).status().phase()).isEqualTo("machine-ended");
    assertThat(directory.toFile().list()).containsExactly("data.raw");
  }

  @Test
  default void whatCannotBeExportedIsRefusedAndNothingIsThere(@TempDir Path directory)
      throws Exception {
    webServes(directory);
    JobId unknown = new JobId("0123456789ab");

    assertThat(errorOf(ExportRequest.full(directory.resolve("none"))))
        .isEqualTo(HostFailureException.class);
    assertThat(errorOf(ExportRequest.since(unknown, directory))).isEqualTo(NotFoundException.class);
    assertThat(
            errorOf(
                new ExportRequest(Set.of("none"), Optional.empty(), directory, Optional.empty())))
        .isEqualTo(InvalidRequestException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.backups()
                            .export(
                                NONE,
                                ExportRequest.full(directory),
                                JobOptions.none(),
                                CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.backups().exported(unknown, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.backups().finishExport(unknown, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().host().jobs()).isEmpty();
    rig().destroy();
    assertThat(errorOf(ExportRequest.full(directory))).isEqualTo(InvalidStateException.class);
    rig().start(StartMode.PAUSED);
    Job job = serving(directory);
    assertThat(rig().errorOf(host -> host.backups().extents(job.id(), "no", 0, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(
            rig().errorOf(host -> host.backups().extents(job.id(), "data", -1, CallOptions.none())))
        .isEqualTo(InvalidRequestException.class);
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> ExportRequest.full(Path.of("here")));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                new ExportRequest(
                    Set.of(), Optional.empty(), directory, Optional.of(Duration.ZERO)));
  }

  private void webServes(Path directory) throws IOException {
    Path image = directory.resolve("data.raw");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    String disk = "{name: data, format: raw, file: " + image + "}";
    rig()
        .host()
        .define(
            new DefinitionDocument(
                "{name: web, memory: 64MiB, disks: [" + disk + "]}", "web.yaml", directory),
            new DefineCondition.Always());
    rig().start(StartMode.PAUSED);
  }

  private Job serving(Path scratch) {
    Job job =
        rig()
            .host()
            .backups()
            .export(
                WEB,
                ExportRequest.full(scratch),
                JobOptions.none(),
                CallOptions.within(HostRig.PATIENCE));
    eventually(
        () ->
            assertThat(rig().host().job(job.id()).status().phase())
                .as(rig().host().job(job.id()).toString())
                .isEqualTo("serving"));
    return job;
  }

  private Class<?> errorOf(ExportRequest request) {
    return rig()
        .errorOf(
            host -> host.backups().export(WEB, request, JobOptions.none(), CallOptions.none()));
  }
}

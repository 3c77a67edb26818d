package dev.berth.testing.contract;

import static dev.berth.image.ImageFormat.RAW;
import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.Consistency;
import dev.berth.backup.Extent;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.KnownBackup.State;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Pace;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.BackupRequest.Wanted;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.Backups;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.RestoreTarget;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.host.StartMode;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backups of disks, by a job. The disks here are raw, of which there are full backups only; what
 * there is of others is {@code BackupTest}'s, with real ones.
 */
public interface BackupContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aBackupIsAJobThatEndsWithItsFolder(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    Path backups = Files.createDirectory(directory.resolve("backups"));
    long before = rig().host().eventRange().newest();

    Job job = backup(to(backups, "first"), JobOptions.none());

    assertThat(job.target().kind()).isEqualTo(JobKind.BACKUP);
    assertThat(job.target().subject()).isEqualTo("first");
    Job ended = rig().ended(job);
    assertThat(ended.status().state()).as(ended.toString()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ended.status().phase()).isEqualTo("complete");
    assertThat(ended.status().detail()).startsWith("disk 'data' is in full: ");
    assertThat(rig().state()).isEqualTo(DomainState.PAUSED);
    List<Backup> all = rig().host().backups().list(backups, CallOptions.none());
    assertThat(all).hasSize(1);
    Backup backup = all.get(0);
    assertThat(backup.name()).isEqualTo(new BackupName("first"));
    assertThat(backup.folder()).isEqualTo(backups.resolve("first"));
    assertThat(backup.origin().domainName()).isEqualTo(rig().host().domain(WEB).name());
    assertThat(backup.origin().actor()).isEqualTo(rig().me());
    assertThat(backup.disks()).extracting(BackedUpDisk::disk).containsExactly("data");
    assertThat(backup.disks()).extracting(BackedUpDisk::extent).containsExactly(Extent.FULL);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.JobStarted(job.id().text(), "backup", "first"),
            new EventBody.JobEnded(
                job.id().text(),
                "backup",
                "first",
                "succeeded",
                "complete",
                ended.status().detail()));
  }

  @Test
  default void aStoppedDomainIsBackedUpByTheSameJob(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    rig().ended(backup(to(directory, "running"), JobOptions.none()));
    rig().destroy();

    Job ended = rig().ended(backup(to(directory, "stopped"), JobOptions.none()));

    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    assertThat(ended.target().kind()).isEqualTo(JobKind.BACKUP);
    assertThat(rig().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(rig().host().backups().list(directory, CallOptions.none()))
        .extracting(backup -> backup.name().text())
        .containsExactly("running", "stopped");
    assertThat(errorOf(to(directory, "stopped"), JobOptions.none()))
        .isEqualTo(AlreadyExistsException.class);
    assertThat(errorOf(to(directory, "at-rest").with(Quiesce.REQUIRED), JobOptions.none()))
        .isEqualTo(InvalidStateException.class);
    rig().start(StartMode.PAUSED);
  }

  @Test
  default void aNameThatIsTakenIsRefused(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    rig().ended(backup(to(directory, "first"), JobOptions.none()));

    assertThat(errorOf(to(directory, "first"), JobOptions.none()))
        .isEqualTo(AlreadyExistsException.class);
    assertThat(rig().host().jobs()).hasSize(1);
  }

  @Test
  default void aFullBackupCanBeRaw(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    BackupRequest full =
        new BackupRequest(
            new BackupName("first"), directory, Set.of(), Wanted.full(), Pace.unlimited());

    Job ended = rig().ended(backup(full.with(RAW), JobOptions.none()));

    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    BackedUpDisk disk =
        rig().host().backups().list(directory, CallOptions.none()).get(0).disks().get(0);
    assertThat(disk.format()).isEqualTo(RAW);
    assertThat(disk.file()).isEqualTo(directory.resolve("first/data.raw"));
    assertThat(rig().ended(verify(directory, "first")).status().phase()).isEqualTo("complete");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> to(directory, "second").with(RAW))
        .withMessageContaining("Ask for a full backup");
  }

  @Test
  default void aDiskIsWrittenToAGivenFile(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    Path backups = Files.createDirectory(directory.resolve("backups"));
    Path target = directory.resolve("target");
    BackupRequest full =
        new BackupRequest(
                new BackupName("first"), backups, Set.of(), Wanted.full(), Pace.unlimited())
            .with(RAW);

    Job job;
    try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw");
        Resources targets = Resources.of(Map.of("data", file.getFD()), Map.of())) {
      assertThat(errorOf(to(backups, "first"), targets)).isEqualTo(InvalidRequestException.class);
      job = backup(full, targets);
    }

    Job ended = rig().ended(job);
    assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
    BackedUpDisk disk =
        rig().host().backups().list(backups, CallOptions.none()).get(0).disks().get(0);
    assertThat(disk.place()).isEqualTo(Backup.Place.GIVEN);
    assertThat(disk.since()).isEmpty();
    BackupRestoreRequest restore =
        restore(backups, new NewFiles(Map.of("data", directory.resolve("restored")), RAW));
    assertThat(restoreError(restore, JobOptions.none())).isEqualTo(InvalidRequestException.class);
    assertThat(errorOf(its -> its.verify(backups, full.name(), JobOptions.none(), now())))
        .isEqualTo(InvalidStateException.class);
  }

  private static CallOptions now() {
    return CallOptions.none();
  }

  private Job backup(BackupRequest request, Resources targets) {
    return rig()
        .host()
        .backups()
        .create(WEB, request, targets, JobOptions.none(), CallOptions.within(HostRig.PATIENCE));
  }

  private Class<?> errorOf(BackupRequest request, Resources targets) {
    return errorOf(
        backups -> backups.create(WEB, request, targets, JobOptions.none(), CallOptions.none()));
  }

  @Test
  default void oneKeyGivesOneBackup(@TempDir Path directory) throws Exception {
    webHasADisk(directory);

    Job first = rig().ended(backup(to(directory, "first"), JobOptions.once("k1")));

    assertThat(backup(to(directory, "first"), JobOptions.once("k1"))).isEqualTo(first);
    assertThat(errorOf(to(directory, "other"), JobOptions.once("k1")))
        .isEqualTo(ConflictException.class);
  }

  @Test
  default void aGuestThatDoesNotRunIsNotBroughtToRest(@TempDir Path directory) throws Exception {
    webHasADisk(directory);

    Job required =
        rig().ended(backup(to(directory, "first").with(Quiesce.REQUIRED), JobOptions.none()));
    Job possible =
        rig().ended(backup(to(directory, "second").with(Quiesce.IF_POSSIBLE), JobOptions.none()));

    assertThat(required.status().phase()).as(required.toString()).isEqualTo("freeze-failed");
    assertThat(possible.status().phase()).as(possible.toString()).isEqualTo("complete");
    List<Backup> all = rig().host().backups().list(directory, CallOptions.none());
    assertThat(all).extracting(backup -> backup.name().text()).containsExactly("second");
    assertThat(all.get(0).consistency().kind()).isEqualTo(Consistency.Kind.CRASH);
    assertThat(all.get(0).consistency().reason()).isNotEmpty();
    assertThat(possible.status().detail()).contains(all.get(0).consistency().reason());
  }

  @Test
  default void whatCannotBeBackedUpIsRefusedAndNothingIsThere(@TempDir Path directory)
      throws Exception {
    webHasADisk(directory);
    Path backups = Files.createDirectory(directory.resolve("backups"));

    assertThat(errorOf(of(backups, Set.of("none"), Wanted.full()), JobOptions.none()))
        .isEqualTo(InvalidRequestException.class);
    assertThat(
            errorOf(of(backups, Set.of(), Wanted.since(new BackupName("none"))), JobOptions.none()))
        .isIn(NotFoundException.class, InvalidStateException.class);
    assertThat(errorOf(to(backups.resolve("none"), "first"), JobOptions.none()))
        .isEqualTo(HostFailureException.class);
    assertThat(
            rig().errorOf(host -> host.backups().list(backups.resolve("none"), CallOptions.none())))
        .isEqualTo(HostFailureException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.backups()
                            .create(NONE, to(backups, "a"), JobOptions.none(), CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().host().jobs()).isEmpty();
    assertThat(rig().host().backups().list(backups, CallOptions.none())).isEmpty();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new BackupName("../first"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> to(Path.of("backups"), "first"));
  }

  @Test
  default void aBackupIsVerifiedAndRestoredToANewImage(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    rig().ended(backup(to(directory, "first"), JobOptions.none()));
    Path file = directory.resolve("restored.raw");
    BackupRestoreRequest request = restore(directory, new NewFiles(Map.of("data", file), RAW));

    Job verified = rig().ended(verify(directory, "first"));
    Job restored = rig().ended(restore(request, JobOptions.once("k1")));

    assertThat(verified.target().kind()).isEqualTo(JobKind.VERIFY_BACKUP);
    assertThat(verified.status().phase()).as(verified.toString()).isEqualTo("complete");
    assertThat(restored.target()).isEqualTo(Job.Target.ofHost(JobKind.RESTORE_BACKUP, "first"));
    assertThat(restored.status().state()).as(restored.toString()).isEqualTo(JobState.SUCCEEDED);
    assertThat(file).isRegularFile();
    assertThat(restore(request, JobOptions.once("k1"))).isEqualTo(restored);
    assertThat(restoreError(request, JobOptions.none())).isEqualTo(AlreadyExistsException.class);
    NewFiles other = new NewFiles(Map.of("data", directory.resolve("other")), RAW);
    assertThat(restoreError(restore(directory, other), JobOptions.once("k1")))
        .isEqualTo(ConflictException.class);
  }

  @Test
  default void aBackupIsRestoredOntoADomainThatIsOff(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    rig().ended(backup(to(directory, "first"), JobOptions.none()));
    BackupRestoreRequest request = restore(directory, new ImagesOf(WEB, Set.of("data")));

    assertThat(restoreError(request, JobOptions.none())).isEqualTo(InvalidStateException.class);
    rig().destroy();
    Job restored = rig().ended(restore(request, JobOptions.once("k1")));

    assertThat(restored.target().kind()).isEqualTo(JobKind.RESTORE_BACKUP);
    assertThat(restored.target().name()).hasValue(rig().host().domain(WEB).name());
    assertThat(restored.status().state()).as(restored.toString()).isEqualTo(JobState.SUCCEEDED);
    assertThat(restore(request, JobOptions.once("k1"))).isEqualTo(restored);
    rig().start(StartMode.PAUSED);
  }

  @Test
  default void whatCannotBeRestoredIsRefused(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    rig().ended(backup(to(directory, "first"), JobOptions.none()));
    rig().destroy();
    Path file = directory.resolve("restored.raw");

    assertThat(
            restoreError(
                restore(directory, new NewFiles(Map.of("none", file), RAW)), JobOptions.none()))
        .isEqualTo(InvalidRequestException.class);
    assertThat(
            restoreError(restore(directory, new ImagesOf(WEB, Set.of("none"))), JobOptions.none()))
        .isEqualTo(InvalidRequestException.class);
    assertThat(restoreError(restore(directory, new ImagesOf(NONE, Set.of())), JobOptions.none()))
        .isEqualTo(NotFoundException.class);
    assertThat(
            restoreError(
                new BackupRestoreRequest(
                    directory, new BackupName("none"), new NewFiles(Map.of("data", file), RAW)),
                JobOptions.none()))
        .isEqualTo(NotFoundException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.backups()
                            .verify(
                                directory,
                                new BackupName("none"),
                                JobOptions.none(),
                                CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(file).doesNotExist();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new NewFiles(Map.of(), RAW));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new NewFiles(Map.of("data", Path.of("x")), RAW));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new NewFiles(Map.of("a", file, "b", file), RAW));
  }

  @Test
  default void aBackupThatIsDeletedIsGone(@TempDir Path directory) throws Exception {
    webHasADisk(directory);
    rig().ended(backup(to(directory, "first"), JobOptions.none()));

    rig().host().backups().delete(directory, new BackupName("first"), CallOptions.none());

    assertThat(rig().host().backups().list(directory, CallOptions.none())).isEmpty();
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.backups()
                            .delete(directory, new BackupName("first"), CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    rig().ended(backup(to(directory, "first"), JobOptions.none()));
  }

  @Test
  default void whatIsKnownOfABackupIsWhatItSaysAndWhetherItIsOfUse(@TempDir Path directory)
      throws Exception {
    webHasADisk(directory);
    Path place = directory.toRealPath();
    rig().ended(backup(to(place, "first"), JobOptions.none()));

    List<KnownBackup> known = rig().host().backups().known(place, CallOptions.none());

    assertThat(known).hasSize(1);
    assertThat(known.get(0).name()).isEqualTo("first");
    assertThat(known.get(0).folder()).isEqualTo(place.resolve("first"));
    assertThat(known.get(0).backup().stream().toList())
        .isEqualTo(rig().host().backups().list(place, CallOptions.none()));
    assertThat(known.get(0).chains())
        .singleElement()
        .satisfies(
            chain -> {
              assertThat(chain.disk()).isEqualTo("data");
              assertThat(chain.state()).isIn(State.OK, State.FULL_NEEDED);
            });
    assertThat(rig().host().backups().known(WEB, CallOptions.none())).isEqualTo(known);
    assertThat(rig().host().backups().scan(place, CallOptions.none())).isEqualTo(known);
    Path none = place.resolve("none");
    assertThat(errorOf(backups -> backups.known(none, CallOptions.none())))
        .isEqualTo(HostFailureException.class);
    assertThat(errorOf(backups -> backups.scan(none, CallOptions.none())))
        .isEqualTo(HostFailureException.class);
    assertThat(errorOf(backups -> backups.known(NONE, CallOptions.none())))
        .isEqualTo(NotFoundException.class);

    rig().host().backups().delete(place, new BackupName("first"), CallOptions.none());

    assertThat(rig().host().backups().known(place, CallOptions.none())).isEmpty();
    assertThat(rig().host().backups().known(WEB, CallOptions.none())).isEmpty();
  }

  private static BackupRestoreRequest restore(Path directory, RestoreTarget target) {
    return new BackupRestoreRequest(directory, new BackupName("first"), target);
  }

  private Job restore(BackupRestoreRequest request, JobOptions options) {
    return rig().host().backups().restore(request, options, CallOptions.within(HostRig.PATIENCE));
  }

  private Job verify(Path directory, String name) {
    return rig()
        .host()
        .backups()
        .verify(
            directory,
            new BackupName(name),
            JobOptions.none(),
            CallOptions.within(HostRig.PATIENCE));
  }

  private Class<?> restoreError(BackupRestoreRequest request, JobOptions options) {
    return rig().errorOf(host -> host.backups().restore(request, options, CallOptions.none()));
  }

  @Test
  default void checkpointsThatCannotBeAreRefused(@TempDir Path directory) throws Exception {
    CheckpointName before = new CheckpointName("before");
    webHasADisk(directory);

    assertThat(rig().host().backups().checkpoints(WEB, CallOptions.none())).isEmpty();
    assertThat(errorOf(backups -> backups.deleteCheckpoint(WEB, before, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(
            errorOf(
                backups ->
                    backups.createCheckpoint(WEB, before, Set.of("none"), CallOptions.none())))
        .isEqualTo(InvalidRequestException.class);
    assertThat(errorOf(backups -> backups.checkpoints(NONE, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    rig().destroy();
    assertThat(
            errorOf(backups -> backups.createCheckpoint(WEB, before, Set.of(), CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(errorOf(backups -> backups.checkpoints(WEB, CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> new CheckpointName("a/b"))
        .withMessageContainingAll("checkpoint: 'a/b'", "use 1 to 64");
  }

  private Class<?> errorOf(Function<Backups, ?> call) {
    return rig().errorOf(host -> call.apply(host.backups()));
  }

  private void webHasADisk(Path directory) throws IOException {
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

  private static BackupRequest to(Path directory, String name) {
    return BackupRequest.to(directory, new BackupName(name));
  }

  private static BackupRequest of(Path directory, Set<String> disks, Wanted wanted) {
    return new BackupRequest(new BackupName("first"), directory, disks, wanted, Pace.unlimited());
  }

  private Job backup(BackupRequest request, JobOptions options) {
    return rig()
        .host()
        .backups()
        .create(WEB, request, options, CallOptions.within(HostRig.PATIENCE));
  }

  private Class<?> errorOf(BackupRequest request, JobOptions options) {
    return rig().errorOf(host -> host.backups().create(WEB, request, options, CallOptions.none()));
  }
}

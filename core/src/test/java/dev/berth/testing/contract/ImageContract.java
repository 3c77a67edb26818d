package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.ByteSize;
import dev.berth.domain.EventBody;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.Images;
import dev.berth.host.JobOptions;
import dev.berth.host.Shrinking;
import dev.berth.host.StartMode;
import dev.berth.image.Image;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageRecipe;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.image.Repair;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools of images, and the jobs about them, which belong to no domain. */
public interface ImageContract {
  /** The pool of these tests. */
  PoolName FAST = new PoolName("fast");

  /** An image of these tests. */
  ImageName DISK = new ImageName(FAST, "disk.qcow2");

  /** The host under test. */
  HostRig rig();

  @Test
  default void aPoolIsADirectoryThatIsThere(@TempDir Path directory) throws Exception {
    long before = rig().host().eventRange().newest();

    Pool pool = images().createPool(FAST, real(directory));

    assertThat(pool.name()).isEqualTo(FAST);
    assertThat(pool.directory()).isEqualTo(real(directory));
    assertThat(pool.images()).isZero();
    assertThat(pool.space().orElseThrow().free().bytes()).isPositive();
    assertThat(images().pools()).extracting(Pool::name).containsExactly(FAST);
    images().deletePool(FAST);
    assertThat(images().pools()).isEmpty();
    assertThat(Files.isDirectory(directory)).isTrue();
    assertThat(rig().errorOf(host -> host.images().pool(FAST))).isEqualTo(NotFoundException.class);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.PoolCreated("fast", real(directory)), new EventBody.PoolDeleted("fast"));
  }

  @Test
  default void whatCannotBeAPoolIsNone(@TempDir Path directory) throws Exception {
    pool(directory);
    Path inside = Files.createDirectory(directory.resolve("inside"));
    PoolName other = new PoolName("other");

    assertThat(rig().errorOf(host -> host.images().createPool(FAST, real(directory))))
        .isEqualTo(AlreadyExistsException.class);
    assertThat(rig().errorOf(host -> host.images().createPool(other, real(inside))))
        .isEqualTo(InvalidRequestException.class);
    assertThat(rig().errorOf(host -> host.images().createPool(other, directory.resolve("missing"))))
        .isEqualTo(InvalidRequestException.class);
    assertThat(rig().errorOf(host -> host.images().deletePool(other)))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void anImageIsMadeByAJobOfNoDomain(@TempDir Path directory) throws Exception {
    pool(directory);
    long before = rig().host().eventRange().newest();

    Job job = ended(create(DISK, empty(8)));

    assertThat(job.status().state()).as(job.status().detail()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.target().kind()).isEqualTo(JobKind.CREATE_IMAGE);
    assertThat(job.target().domain()).isEmpty();
    assertThat(job.target().subject()).isEqualTo("fast/disk.qcow2");
    assertThat(rig().host().job(job.id())).isEqualTo(job);
    assertThat(rig().host().cancelJob(job.id())).isEqualTo(job);
    Image image = images().image(DISK);
    assertThat(image.format()).contains(ImageFormat.QCOW2);
    assertThat(image.size()).contains(ByteSize.mebibytes(8));
    assertThat(image.problem()).isEmpty();
    assertThat(images().all()).containsExactly(image);
    assertThat(images().pool(FAST).images()).isOne();
    String id = job.id().text();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.JobStarted(id, "create-image", "fast/disk.qcow2"),
            new EventBody.ImageCreated("fast/disk.qcow2"),
            new EventBody.JobEnded(
                id, "create-image", "fast/disk.qcow2", "succeeded", "complete", ""));
  }

  @Test
  default void oneKeyGivesOneImage(@TempDir Path directory) throws Exception {
    pool(directory);
    JobOptions once = JobOptions.once("k1");
    Job first = ended(images().create(DISK, empty(8), once, CallOptions.none()));

    assertThat(images().create(DISK, empty(8), once, CallOptions.none())).isEqualTo(first);
    assertThat(
            rig().errorOf(host -> host.images().create(DISK, empty(9), once, CallOptions.none())))
        .isEqualTo(ConflictException.class);
    assertThat(rig().errorOf(host -> create(DISK, empty(8))))
        .isEqualTo(AlreadyExistsException.class);
    ImageName nowhere = new ImageName(new PoolName("none"), "disk");
    assertThat(rig().errorOf(host -> create(nowhere, empty(8)))).isEqualTo(NotFoundException.class);
  }

  @Test
  default void whatAnotherStandsOnStays(@TempDir Path directory) throws Exception {
    pool(directory);
    ended(create(DISK, empty(8)));
    ImageName linked = new ImageName(FAST, "linked");
    ImageName copied = new ImageName(FAST, "copied");

    ended(create(linked, ImageRecipe.of(new ImageOrigin.OverlayOf(DISK))));
    ended(create(copied, ImageRecipe.of(new ImageOrigin.CopyOf(DISK)).as(ImageFormat.RAW)));

    assertThat(images().image(linked).standsOn()).contains(DISK.text());
    assertThat(images().image(linked).size()).contains(ByteSize.mebibytes(8));
    assertThat(images().image(copied).standsOn()).isEmpty();
    assertThat(images().image(copied).format()).contains(ImageFormat.RAW);
    assertThat(rig().errorOf(host -> delete(DISK))).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> resize(DISK, 16, Shrinking.REFUSED)))
        .isEqualTo(InvalidStateException.class);
    delete(linked);
    delete(DISK);
    assertThat(images().all()).extracting(Image::name).containsExactly(copied);
  }

  @Test
  default void whatADefinitionRefersToStays(@TempDir Path directory) throws Exception {
    pool(directory);
    ended(create(DISK, empty(8)));
    Path file = images().image(DISK).file();
    rig().webHas("memory: 64MiB, disks: [{name: root, file: " + file + ", format: qcow2}]");

    assertThat(rig().errorOf(host -> delete(DISK))).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.images().deletePool(FAST)))
        .isEqualTo(InvalidStateException.class);
    rig().host().undefine(HostRig.WEB);
    delete(DISK);

    assertThat(images().all()).isEmpty();
    assertThat(rig().errorOf(host -> delete(DISK))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.images().image(DISK))).isEqualTo(NotFoundException.class);
  }

  @Test
  default void aDiskNamesAnImageOfAPool(@TempDir Path directory) throws Exception {
    pool(directory);
    ended(create(DISK, empty(8)));
    rig().webHas("memory: 64MiB, disks: [{name: root, image: fast/disk.qcow2}]");

    assertThat(rig().errorOf(host -> delete(DISK))).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.images().deletePool(FAST)))
        .isEqualTo(InvalidStateException.class);
    rig().start(StartMode.PAUSED);
    assertThat(rig().host().definition(HostRig.WEB).json()).contains("fast/disk.qcow2");
    assertThat(rig().errorOf(host -> delete(DISK))).isEqualTo(InvalidStateException.class);
    rig().destroy();
    rig().webHas("memory: 64MiB, disks: [{name: root, image: fast/dsik.qcow2}]");
    delete(DISK);

    assertThat(rig().errorOf(host -> rig().start(StartMode.PAUSED)))
        .isEqualTo(InvalidDefinitionException.class);
  }

  @Test
  default void anImageGrowsAndShrinksOnlyWhenThatIsSaid(@TempDir Path directory) throws Exception {
    pool(directory);
    ended(create(DISK, empty(8)));

    ended(resize(DISK, 16, Shrinking.REFUSED));

    assertThat(images().image(DISK).size()).contains(ByteSize.mebibytes(16));
    assertThat(rig().errorOf(host -> resize(DISK, 4, Shrinking.REFUSED)))
        .isEqualTo(InvalidRequestException.class);
    ended(resize(DISK, 4, Shrinking.ALLOWED));
    assertThat(images().image(DISK).size()).contains(ByteSize.mebibytes(4));
  }

  @Test
  default void anImageIsCheckedUnlessItIsRaw(@TempDir Path directory) throws Exception {
    pool(directory);
    ended(create(DISK, empty(8)));
    ImageName raw = new ImageName(FAST, "disk.raw");
    ended(create(raw, empty(8).as(ImageFormat.RAW)));

    Job checked = ended(check(DISK));

    assertThat(checked.status().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(checked.status().detail()).isEqualTo("no errors");
    assertThat(rig().errorOf(host -> check(raw))).isEqualTo(InvalidRequestException.class);
  }

  @Test
  default void aFileIsCopiedIntoAPool(@TempDir Path directory) throws Exception {
    pool(Files.createDirectory(directory.resolve("pool")));
    Path file = Files.write(directory.resolve("disk.raw"), new byte[1 << 20]);
    ImageRecipe recipe = ImageRecipe.of(imported(file, ImageFormat.RAW));

    ended(create(DISK, recipe.as(ImageFormat.QCOW2)));

    assertThat(images().image(DISK).size()).contains(ByteSize.mebibytes(1));
    assertThat(images().image(DISK).format()).contains(ImageFormat.QCOW2);
    assertThat(file).exists();
    ImageRecipe missing = ImageRecipe.of(imported(directory.resolve("missing"), ImageFormat.RAW));
    assertThat(rig().errorOf(host -> create(new ImageName(FAST, "other"), missing)))
        .isEqualTo(NotFoundException.class);
  }

  private static ImageOrigin imported(Path file, ImageFormat format) {
    return new ImageOrigin.ImportedFile(file, Optional.of(format));
  }

  private static ImageRecipe empty(int mebibytes) {
    return ImageRecipe.of(
        new ImageOrigin.Empty(ByteSize.mebibytes(mebibytes), ImageOrigin.Preallocation.OFF));
  }

  private static Path real(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void pool(Path directory) {
    images().createPool(FAST, real(directory));
  }

  private Images images() {
    return rig().host().images();
  }

  private Job create(ImageName name, ImageRecipe recipe) {
    return images().create(name, recipe, JobOptions.none(), CallOptions.within(PATIENCE));
  }

  private Job resize(ImageName name, int mebibytes, Shrinking shrinking) {
    return images()
        .resize(
            name,
            ByteSize.mebibytes(mebibytes),
            shrinking,
            JobOptions.none(),
            CallOptions.within(PATIENCE));
  }

  private Job check(ImageName name) {
    return images().check(name, Repair.NONE, JobOptions.none(), CallOptions.within(PATIENCE));
  }

  private void delete(ImageName name) {
    images().delete(name, CallOptions.within(PATIENCE));
  }

  /** A job that has to be done. */
  private Job ended(Job job) {
    Job ended = rig().ended(job);
    assertThat(ended.status().state()).as(ended.status().detail()).isEqualTo(JobState.SUCCEEDED);
    return ended;
  }
}

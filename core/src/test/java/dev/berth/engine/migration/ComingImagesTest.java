package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.HostFailureException;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTaskException;
import dev.berth.job.JobId;
import dev.berth.migration.CopiedImage;
import dev.berth.testing.FakeImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ComingImagesTest {
  private static final long GIGABYTE = 1L << 30;

  @TempDir private Path directory;
  private final FakeImageFiles files = new FakeImageFiles();

  @Test
  void whatGoesOnHereIsAllThatIsLeft() throws Exception {
    ComingImages images = images(copy("a", 1), copy("b", 1));

    images.make();
    images.keep();
    images.keep();

    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("a.qcow2", "b.qcow2");
  }

  @Test
  void nothingIsLeftOfWhatDoesNotCome() throws Exception {
    ComingImages images = images(copy("a", 1), copy("b", 1));

    images.make();
    images.discard();
    images.discard();

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aFileThatSomebodyElseHasMadeStaysAsItIs() throws Exception {
    Path theirs = Files.writeString(directory.resolve("b.qcow2"), "theirs");
    ComingImages images = images(copy("a", 1), copy("b", 1));

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(images::make)
        .withMessageContaining("there is a file '" + theirs + "' already");
    images.discard();

    assertThat(directory.toFile().list()).containsExactly("b.qcow2");
    assertThat(theirs).hasContent("theirs");
  }

  @Test
  void whatAHostBeforeWasMakingWhenItDiedIsMadeAnewOrGoes() throws Exception {
    files.fail(new ImageTaskException(ImageTaskException.Kind.FAILED, "no space left"));
    ComingImages images = images(copy("a", 1));
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(images::make)
        .withMessageContaining("no space left");
    assertThat(directory).isNotEmptyDirectory();

    images.discard();

    assertThat(directory).isEmptyDirectory();
    assertThat(files.endedLeftOvers()).hasSize(1);
  }

  @Test
  void whatWasMadeBeforeIsMadeAnew() throws Exception {
    ComingImages images = images(copy("a", 1));
    images.make();

    images.make();
    images.discard();

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void allThatSpeaksAgainstThemIsSaidAtOnce() throws IOException {
    Files.createFile(directory.resolve("a.qcow2"));
    CopiedImage nowhere =
        new CopiedImage(
            "c",
            "c-format",
            directory.resolve("missing/c.raw"),
            ImageFormat.RAW,
            GIGABYTE,
            GIGABYTE);

    assertThat(images(copy("a", 1), copy("b", 2 * GIGABYTE), nowhere).obstacles())
        .hasSize(3)
        .anyMatch(it -> it.contains("there is a file '" + directory.resolve("a.qcow2")))
        .anyMatch(it -> it.contains("there is no directory '" + directory.resolve("missing")))
        .anyMatch(it -> it.contains("its images take 2") && it.contains("1GiB left"));
  }

  @Test
  void aFileThatCameAsItIsGetsItsLength() throws Exception {
    CopiedImage odd =
        new CopiedImage(
            "a",
            "a-format",
            directory.resolve("a.qcow2"),
            ImageFormat.QCOW2,
            1000,
            1000,
            CopiedImage.Content.FILE);
    ComingImages images = images(odd);
    images.make();
    Files.write(odd.file(), new byte[1024]);

    images.settle();
    images.settle();

    assertThat(odd.file()).hasSize(1000);
    images.discard();
    assertThat(directory).isEmptyDirectory();
  }

  private ComingImages images(CopiedImage... copies) {
    return new ComingImages(files, new JobId("7b1e0c94a2d9"), List.of(copies));
  }

  private CopiedImage copy(String disk, long allocated) {
    return new CopiedImage(
        disk,
        disk + "-format",
        directory.resolve(disk + ".qcow2"),
        ImageFormat.QCOW2,
        4 * GIGABYTE,
        allocated);
  }
}

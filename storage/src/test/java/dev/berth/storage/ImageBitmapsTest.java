package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.ByteSize;
import dev.berth.error.HostFailureException;
import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageContent;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Bitmap;
import dev.berth.image.ImageTask.BitmapChange;
import dev.berth.image.ImageTask.Layer;
import dev.berth.job.JobId;
import dev.berth.testing.FakeBitmaps;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.LeakCheck;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Bitmaps in real images, by the real {@code qemu-img}. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class ImageBitmapsTest {
  private static final long EXTENSION_OF_BITMAPS = 104;

  private final PoolFiles files =
      new PoolFiles(new QemuImg(List.of(), System.getenv("PATH")), new UUID(0, 1));
  @TempDir Path directory;
  private Path image;

  @BeforeEach
  void anImage() throws Exception {
    image = directory.resolve("disk.qcow2");
    run(
        new ImageTask.Create(
            new Layer(image, ImageFormat.QCOW2), ByteSize.mebibytes(8), Preallocation.OFF));
  }

  @Test
  void bitmapsComeEndAndGo() throws Exception {
    assertThat(content()).isEqualTo(new ImageContent(8 << 20, false, List.of()));

    change(BitmapChange.ADD, "first");
    change(BitmapChange.ADD, "a second, longer one");
    change(BitmapChange.DISABLE, "first");
    assertThat(content().bitmaps())
        .containsExactlyInAnyOrder(
            new ImageBitmap("first", false, false),
            new ImageBitmap("a second, longer one", true, false));

    change(BitmapChange.REMOVE, "first");
    assertThat(content().bitmaps())
        .containsExactly(new ImageBitmap("a second, longer one", true, false));
  }

  @Test
  void whatASavedHeaderSaysNothingOfIsNotThere() throws Exception {
    change(BitmapChange.ADD, "first");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(88);
      file.writeLong(0); // as a program leaves it that knows no bitmaps
    }

    assertThat(content().bitmaps()).isEmpty();
  }

  @Test
  void aHeaderThatCannotBeIsReadWithinBounds() throws Exception {
    image = directory.resolve("made-up.qcow2");
    new FakeImageFiles()
        .run(
            JobId.random(),
            new ImageTask.Create(
                new Layer(image, ImageFormat.QCOW2), ByteSize.mebibytes(8), Preallocation.OFF),
            done -> {});
    FakeBitmaps.put(image, List.of(new ImageBitmap("one", true, false)));
    assertThat(content().bitmaps()).hasSize(1);

    for (long wrong : List.of(Long.MAX_VALUE, -1L, 1L << 40)) {
      FakeBitmaps.put(image, List.of(new ImageBitmap("one", true, false)));
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.seek(EXTENSION_OF_BITMAPS + 24); // where the directory is
        file.writeLong(wrong);
      }
      assertThat(content().bitmaps()).isEmpty();
    }
  }

  @Test
  void whatIsNoSuchImageIsTold() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "no image");

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> files.content(text, ImageFormat.QCOW2))
        .withMessageContaining("is no qcow2 image");
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> files.content(directory, ImageFormat.RAW))
        .withMessageContaining("neither a file nor a block device");
    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> files.content(directory.resolve("none"), ImageFormat.RAW));
    assertThat(files.content(text, ImageFormat.RAW).bytes()).isEqualTo(512);
  }

  private ImageContent content() {
    return files.content(image, ImageFormat.QCOW2);
  }

  private void change(BitmapChange change, String name) throws Exception {
    run(new Bitmap(image, change, name));
  }

  private void run(ImageTask task) throws Exception {
    files.run(JobId.random(), task, done -> {});
  }
}

package dev.berth.storage;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe.Compression;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.ImageTaskException;
import dev.berth.image.Qcow2Header;
import dev.berth.image.Repair;
import dev.berth.job.JobId;
import dev.berth.testing.LeakCheck;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real images by the real {@code qemu-img}. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class QemuImgTest {
  private static final ByteSize SIZE = ByteSize.mebibytes(8);

  private static final UUID HOST = new UUID(0, 1);

  private final PoolFiles files =
      new PoolFiles(new QemuImg(List.of(), System.getenv("PATH")), HOST);
  @TempDir Path directory;

  @Test
  void imagesAreMadeCopiedLinkedResizedAndChecked() throws Exception {
    Layer base = create("base.qcow2", ImageFormat.QCOW2);
    Path overlay = directory.resolve("overlay.qcow2");
    run(new ImageTask.Overlay(overlay, base, "base.qcow2", SIZE));
    FoundImage linked = files.look(overlay);
    assertThat(linked.backing()).contains(files.look(base.file()).file());
    assertThat(linked.header().flatMap(Qcow2Header::backingFormat)).contains("qcow2");

    Layer copy = new Layer(directory.resolve("copy.raw"), ImageFormat.RAW);
    run(
        new ImageTask.Copy(
            List.of(new Layer(overlay, ImageFormat.QCOW2), base), copy, Compression.NONE));
    assertThat(Files.size(copy.file())).isEqualTo(SIZE.bytes());

    run(new ImageTask.Resize(List.of(base), ByteSize.mebibytes(16), false));
    assertThat(size(base)).isEqualTo(16 << 20);
    assertThat(run(new ImageTask.Check(base, Repair.NONE))).isEqualTo("no errors");
  }

  @Test
  void imagesAreForTheHostsUserAlone() throws Exception {
    Layer image = create("disk.qcow2", ImageFormat.QCOW2);
    Layer copy = new Layer(directory.resolve("copy.raw"), ImageFormat.RAW);
    run(new ImageTask.Copy(List.of(image), copy, Compression.NONE));

    assertThat(List.of(image.file(), copy.file()))
        .allSatisfy(
            file ->
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
  }

  @Test
  void whatIsCopiedIsTheSameToTheByteAndProgressIsTold() throws Exception {
    Path raw = directory.resolve("data.raw");
    byte[] content = new byte[4 << 20];
    new Random(1).nextBytes(content);
    Files.write(raw, content);
    Layer packed = new Layer(directory.resolve("packed.qcow2"), ImageFormat.QCOW2);
    Layer unpacked = new Layer(directory.resolve("unpacked.raw"), ImageFormat.RAW);
    List<Double> told = new ArrayList<>();

    files.run(
        JobId.random(),
        new ImageTask.Copy(List.of(new Layer(raw, ImageFormat.RAW)), packed, Compression.ZLIB),
        told::add);
    run(new ImageTask.Copy(List.of(packed), unpacked, Compression.NONE));

    assertThat(unpacked.file()).hasBinaryContent(content);
    assertThat(told).isNotEmpty().isSorted().last().isEqualTo(1.0);
  }

  @Test
  void errorsInAnImageAreTold() throws Exception {
    Layer image = create("disk.qcow2", ImageFormat.QCOW2);
    try (RandomAccessFile file = new RandomAccessFile(image.file().toFile(), "rw")) {
      file.seek(40); // where its table of clusters is
      long table = file.readLong();
      file.seek(table);
      file.writeLong(0x8000_0000_00ff_0000L);
    }

    assertThatExceptionOfType(ImageTaskException.class)
        .isThrownBy(() -> run(new ImageTask.Check(image, Repair.NONE)))
        .satisfies(
            found -> assertThat(found.kind()).isEqualTo(ImageTaskException.Kind.ERRORS_FOUND));
  }

  @Test
  void whatReadsAnImageThatNamesAnotherDoesNotOpenThat() throws Exception {
    Layer base = create("base.qcow2", ImageFormat.QCOW2);
    Path overlay = directory.resolve("overlay.qcow2");
    run(new ImageTask.Overlay(overlay, base, "base.qcow2", SIZE));
    Files.delete(base.file());

    Layer copy = new Layer(directory.resolve("copy.raw"), ImageFormat.RAW);
    run(new ImageTask.Copy(List.of(new Layer(overlay, ImageFormat.QCOW2)), copy, Compression.NONE));

    assertThat(Files.size(copy.file())).isEqualTo(SIZE.bytes());
  }

  /** Each of them takes a cache as large as any. */
  @Test
  void aLongChainOfLargeImagesIsCopied() throws Exception {
    Layer image = new Layer(directory.resolve("disk.qcow2"), ImageFormat.QCOW2);
    run(new ImageTask.Create(image, ByteSize.mebibytes(1 << 20), Preallocation.OFF));
    List<Layer> chain = new ArrayList<>(List.of(image));
    while (chain.size() < 140) {
      Path next = directory.resolve("disk-" + chain.size() + ".qcow2");
      chain.add(new Layer(Files.copy(image.file(), next), ImageFormat.QCOW2));
    }

    Layer copy = new Layer(directory.resolve("copy.qcow2"), ImageFormat.QCOW2);
    run(new ImageTask.Copy(chain, copy, Compression.NONE));

    assertThat(size(copy)).isEqualTo(1L << 40);
  }

  @Test
  void anInterruptionEndsTheProgram() throws Exception {
    PoolFiles stuck = new PoolFiles(stuckProgram(), HOST);
    JobId job = JobId.random();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread = new Thread(() -> outcome.complete(failure(() -> copyOf(stuck, job))));
    thread.start();
    ProcessHandle child = child(job);

    thread.interrupt();

    assertThat(outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    assertThat(child.isAlive()).isFalse();
    thread.join();
  }

  @Test
  void whatAnEarlierHostHasStartedIsEndedByTheJobsId() throws Exception {
    PoolFiles stuck = new PoolFiles(stuckProgram(), HOST);
    JobId job = JobId.random();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread = new Thread(() -> outcome.complete(failure(() -> copyOf(stuck, job))));
    thread.start();
    ProcessHandle child = child(job);

    stuck.endLeftOver(JobId.random());
    assertThat(child.isAlive()).isTrue();
    stuck.endLeftOver(job);

    assertThat(child.isAlive()).isFalse();
    assertThat(outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(ImageTaskException.class);
    thread.join();
  }

  @Test
  void anImageNeverTakesTheNameOfAnother() throws Exception {
    Path partial = create("partial", ImageFormat.RAW).file();
    Path target = Files.writeString(directory.resolve("target"), "mine");

    assertThatThrownBy(() -> files.keep(partial, target))
        .isInstanceOf(AlreadyExistsException.class);

    assertThat(target).hasContent("mine");
    assertThat(partial).exists();
    files.discard(target);
    files.keep(partial, target);
    assertThat(partial).doesNotExist();
    assertThat(Files.size(target)).isEqualTo(SIZE.bytes());
  }

  @Test
  void aPoolsFilesAreThoseThatCanBeImages() throws Exception {
    create("b.raw", ImageFormat.RAW);
    create("a.qcow2", ImageFormat.QCOW2);
    Path mine = files.partial(JobId.random(), directory.resolve("a.qcow2"));
    create(String.valueOf(mine.getFileName()), ImageFormat.RAW);
    create(".berth-0123456789ab." + new UUID(0, 2) + ".part", ImageFormat.RAW);
    Files.createDirectory(directory.resolve("inside"));
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("b.raw"));
    Files.writeString(directory.resolve("-rf"), "");

    assertThat(files.scan(directory.toRealPath()))
        .extracting(found -> found.file().getFileName().toString())
        .containsExactly("a.qcow2", "b.raw");
    assertThat(files.partials(directory)).containsExactly(mine);
    assertThatThrownBy(() -> files.look(directory.resolve("inside")))
        .isInstanceOf(InvalidRequestException.class);
  }

  private Layer create(String name, ImageFormat format) throws Exception {
    Layer layer = new Layer(directory.resolve(name), format);
    run(new ImageTask.Create(layer, SIZE, Preallocation.OFF));
    return layer;
  }

  private long size(Layer image) {
    return files.look(image.file()).header().orElseThrow().virtualSize();
  }

  private String run(ImageTask task) throws Exception {
    return files.run(JobId.random(), task, share -> {});
  }

  private void copyOf(PoolFiles files, JobId job) throws Exception {
    files.run(
        job,
        new ImageTask.Copy(
            List.of(new Layer(directory.resolve("some.raw"), ImageFormat.RAW)),
            new Layer(directory.resolve(".berth-" + job + ".part"), ImageFormat.QCOW2),
            Compression.ZLIB),
        share -> {});
  }

  /** A program that never ends by itself. */
  private QemuImg stuckProgram() throws Exception {
    Path program = directory.resolve("qemu-img");
    Path never = directory.resolve("never");
    assertThat(new ProcessBuilder("mkfifo", never.toString()).start().waitFor()).isZero();
    Files.writeString(program, "#!/bin/sh\nread nothing < " + never + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return new QemuImg(List.of(), directory.toString());
  }

  /** The program that works for a job, once it does. */
  private static ProcessHandle child(JobId job) {
    AtomicReference<ProcessHandle> found = new AtomicReference<>();
    eventually(
        () -> {
          ProcessHandle.current().children().filter(each -> works(each, job)).forEach(found::set);
          assertThat(found).doesNotHaveNullValue();
        });
    return found.get();
  }

  private static boolean works(ProcessHandle child, JobId job) {
    String line = child.info().commandLine().orElse("");
    return line.contains(job.text()) && line.contains("/qemu-img convert");
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Throwable failure(Work work) {
    try {
      work.run();
      return new AssertionError("it was done");
    } catch (Exception failure) {
      return failure;
    }
  }
}

package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.Backing;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.error.Problem;
import dev.berth.image.Qcow2Header;
import dev.berth.launcher.ImageFacts.Layer;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.HeldResources;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that lead from image to image, and those that lead elsewhere. */
final class ImageChainTest {
  private static final int HEADER_BYTES = 104;
  private static final int NAME_AT = 512;
  private static final int BACKING_FORMAT = 0xe2792aca;

  @TempDir Path directory;

  @Test
  void headersAreFollowedFromEachImagesOwnDirectory() throws Exception {
    Files.createDirectory(directory.resolve("bases"));
    image("bases/lowest");
    image("bases/middle", "lowest", "qcow2");
    image("top", "bases/middle", "qcow2");

    assertThat(layers("top"))
        .containsExactly(
            new Layer(directory.resolve("bases/middle"), DiskFormat.QCOW2, "file"),
            new Layer(directory.resolve("bases/lowest"), DiskFormat.QCOW2, "file"));
  }

  @Test
  void aNameThatGoesUpFromBehindALinkLeadsWhereItLeadsForQemu() throws Exception {
    Files.createDirectories(directory.resolve("store/images"));
    Files.createSymbolicLink(directory.resolve("images"), directory.resolve("store/images"));
    image("base");
    image("store/base");
    image("store/images/top", "../base", "qcow2");

    Path base = layers("images/top").get(0).file();

    assertThat(Files.isSameFile(base, directory.resolve("store/base"))).isTrue();
  }

  @Test
  void aNameThatTheLocaleCannotExpressIsToldWithTheRemedy() throws Exception {
    image("top", "b\u00e4se", "qcow2");
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OneImage.class.getName(),
            directory.resolve("top").toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.lines().toList())
          .anySatisfy(line -> assertThat(line).contains("locale cannot express", "LC_ALL=C.UTF-8"));
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }

  /** Prints what is wrong with an image; the locale is that of a process. */
  static final class OneImage {
    private OneImage() {}

    public static void main(String... arguments) {
      List<Problem> problems = new ArrayList<>();
      Disk disk =
          Definitions.disk("root", DiskFormat.QCOW2, Path.of(arguments[0]), Access.READ_WRITE)
              .standingOn(Backing.FOLLOW);
      new ImageChecks(problems).check(List.of(disk), HeldResources.none());
      problems.forEach(problem -> System.out.println(problem.message()));
    }
  }

  @Test
  void aRawImageEndsTheChainWhateverIsInIt() throws Exception {
    image("looks-like-qcow2", "/etc/hostname", "raw");
    image("top", directory.resolve("looks-like-qcow2").toString(), "raw");

    assertThat(layers("top"))
        .containsExactly(new Layer(directory.resolve("looks-like-qcow2"), DiskFormat.RAW, "file"));
  }

  @Test
  void asManyAsMayBeAreFollowedAndNotOneMore() throws Exception {
    image("layer-0");
    for (int i = 1; i <= 100; i++) {
      image("layer-" + i, "layer-" + (i - 1), "qcow2");
    }

    assertThat(layers("layer-" + ImageChain.MOST_LAYERS)).hasSize(ImageChain.MOST_LAYERS);
    assertThat(problem("layer-100"))
        .contains("stands on 'layer-67'", "32 images in between", "qemu-img convert");
  }

  @Test
  void aChainThatLeadsBackIsTold() throws Exception {
    image("self", "self", "qcow2");
    image("one", "two", "qcow2");
    image("two", "link", "qcow2");
    Files.createSymbolicLink(directory.resolve("link"), directory.resolve("one"));

    assertThat(problem("self")).contains("stands on 'self', which stands on itself that way");
    assertThat(problem("one"))
        .contains(
            "stands on 'link' by way of " + directory.resolve("two"), "stands on itself that way");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "json:{\"driver\": \"file\", \"filename\": \"/etc/shadow\"}",
        "nbd://127.0.0.1/secrets",
        "nbd:unix:/run/nbd:exportname=x",
        "http://127.0.0.1/image",
        "file:/etc/shadow",
        "fat:rw:/etc"
      })
  void whatIsNoPathIsReachedForByNobody(String name) throws Exception {
    image("top", name, "raw");

    assertThat(problem("top"))
        .contains("stands on '" + name + "', which is no path", "qemu-img rebase");
  }

  @Test
  void namesOfOpenFilesLeadNowhere() throws Exception {
    image("fdset", "/dev/fdset/1", "raw");
    image("descriptor", "/proc/self/fd/0", "raw");
    image("environment", "/proc/self/environ", "raw");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("/proc/self/environ"));
    image("linked", "link", "raw");
    image("zero", "/dev/zero", "raw");

    assertThat(problem("fdset")).contains("was an open file of a QEMU that is gone");
    assertThat(problem("descriptor")).containsAnyOf("belongs to a process", "neither a file");
    assertThat(problem("environment")).contains("belongs to a process");
    assertThat(problem("linked")).contains("belongs to a process");
    assertThat(problem("zero")).contains("is neither a file nor a block device");
  }

  @Test
  void aBaseThatCannotBeUsedIsNamedWithTheReason() throws Exception {
    image("top", "gone", "qcow2");
    image("nameless", "", "qcow2");
    image("plain-top", "plain", "qcow2");
    Files.write(directory.resolve("plain"), new byte[4096]);
    image("locked-top", "encrypted", "qcow2");
    write("encrypted", header().putInt(32, 2));
    image("split-top", "split", "qcow2");
    write("split", header().putLong(72, 1 << 2));

    assertThat(problem("top")).contains("stands on 'gone', which does not exist");
    assertThat(problem("nameless")).contains("stands on '?'");
    assertThat(problem("plain-top")).contains("stands on 'plain', which is not a qcow2 image");
    assertThat(problem("locked-top")).contains("is encrypted, and only the image on top may be");
    assertThat(problem("split-top")).contains("keeps its data in another file");
  }

  @Test
  void aFormatIsNeverGuessed() throws Exception {
    image("base");
    image("silent", "base", "");
    image("other", "base", "vmdk");

    assertThat(problem("silent"))
        .contains("does not say of what format that is", "qemu-img rebase -u -F FORMAT -b base");
    assertThat(problem("other")).contains("whose format 'vmdk' is not supported");
  }

  @Test
  void anOpenFileHasNoDirectoryToStartFrom() throws Exception {
    image("base");
    image("relative", "base", "qcow2");
    image("absolute", directory.resolve("base").toString(), "qcow2");

    assertThat(chainOfOpenFile("relative").orElseThrow()).contains("an open file has none");
    assertThat(chainOfOpenFile("absolute")).isEmpty();
  }

  private Optional<String> chainOfOpenFile(String file) throws IOException {
    try (FileChannel content = FileChannel.open(directory.resolve(file))) {
      return new ImageChain()
          .follow(Optional.empty(), new FileKey(1, 2), Qcow2Header.read(content).orElseThrow());
    }
  }

  private List<Layer> layers(String file) {
    List<Problem> problems = new ArrayList<>();
    ImageChecks checks = new ImageChecks(problems);
    Disk disk = disk(file);
    checks.check(List.of(disk), HeldResources.none());
    assertThat(problems).isEmpty();
    return checks.facts().below(disk);
  }

  private String problem(String file) {
    List<Problem> problems = new ArrayList<>();
    new ImageChecks(problems).check(List.of(disk(file)), HeldResources.none());
    assertThat(problems).singleElement().extracting(Problem::path).isEqualTo("disks[0].file");
    return problems.get(0).message();
  }

  private Disk disk(String file) {
    return Definitions.disk("root", DiskFormat.QCOW2, directory.resolve(file), Access.READ_WRITE)
        .standingOn(Backing.FOLLOW);
  }

  private void image(String file) throws IOException {
    write(file, header());
  }

  private void image(String file, String base, String format) throws IOException {
    byte[] name = base.getBytes(StandardCharsets.UTF_8);
    ByteBuffer header = header().putLong(8, NAME_AT).putInt(16, name.length).put(NAME_AT, name);
    if (!format.isEmpty()) {
      byte[] word = format.getBytes(StandardCharsets.UTF_8);
      header
          .putInt(HEADER_BYTES, BACKING_FORMAT)
          .putInt(HEADER_BYTES + 4, word.length)
          .put(HEADER_BYTES + 8, word);
    }
    write(file, header);
  }

  private void write(String file, ByteBuffer content) throws IOException {
    Files.write(directory.resolve(file), content.array());
  }

  /** A header of version 3 with only what is looked at filled in. */
  private static ByteBuffer header() {
    return ByteBuffer.allocate(2048)
        .putInt(0, 0x514649fb)
        .putInt(4, 3)
        .putLong(24, 1 << 20)
        .putInt(100, HEADER_BYTES);
  }
}

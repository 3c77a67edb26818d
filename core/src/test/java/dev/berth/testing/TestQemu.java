package dev.berth.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A real QEMU for tests: the installed one, or one of the versions that Berth supports.
 *
 * <p>Tests over all versions are tagged {@code full} and take them from
 * {@code @MethodSource("dev.berth.testing.TestQemu#matrix")}.
 *
 * @param name what to call it in test names: {@code installed}, or the Debian suite it is from
 * @param emulator the executable {@code qemu-system-x86_64}
 */
public record TestQemu(String name, Path emulator) {
  private static final String EMULATOR = "qemu-system-x86_64";

  /**
   * The QEMU on the {@code PATH}.
   *
   * @throws IllegalStateException if there is none; the message says how to get it
   */
  public static TestQemu installed() {
    return installed(Objects.requireNonNullElse(System.getenv("PATH"), ""));
  }

  static TestQemu installed(String searchPath) {
    return Arrays.stream(searchPath.split(":"))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, EMULATOR))
        .filter(Files::isExecutable)
        .findFirst()
        .map(emulator -> new TestQemu("installed", emulator))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "There is no "
                        + EMULATOR
                        + " on the PATH. As root: apt-get install --no-install-recommends"
                        + " qemu-system-x86 qemu-utils"));
  }

  /**
   * QEMU 5.2, 7.2, 10.0 and 11.1, oldest first. The first call on a machine downloads them, which
   * takes about a minute.
   *
   * @throws IllegalStateException if that fails
   */
  public static List<TestQemu> matrix() {
    return Checkout.run(Checkout.locate(".ci/qemu-versions.sh")).stream()
        .map(Path::of)
        .map(emulator -> new TestQemu(suite(emulator), emulator))
        .toList();
  }

  /** {@code SUITE/run/qemu-system-x86_64}. */
  private static String suite(Path emulator) {
    return emulator.getName(emulator.getNameCount() - 3).toString();
  }

  /** The same version's {@code qemu-img}. */
  public Path imageTool() {
    return emulator.resolveSibling("qemu-img");
  }

  @Override
  public String toString() {
    return name;
  }
}

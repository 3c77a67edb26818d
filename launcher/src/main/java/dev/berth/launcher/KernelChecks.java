package dev.berth.launcher;

import dev.berth.definition.Boot;
import dev.berth.error.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Looks at the files that QEMU boots by itself. Stateless. */
final class KernelChecks {
  private KernelChecks() {}

  /** Adds a problem for each file that QEMU could not read. */
  static void check(Boot boot, List<Problem> problems) {
    if (boot instanceof Boot.Kernel kernel) {
      check("boot.kernel", "kernel", kernel.kernel(), problems);
      kernel.initrd().ifPresent(initrd -> check("boot.initrd", "initrd", initrd, problems));
    }
  }

  private static void check(String path, String what, Path file, List<Problem> problems) {
    obstacle(file).ifPresent(why -> problems.add(Problem.at(path, what + " " + file + " " + why)));
  }

  private static Optional<String> obstacle(Path file) {
    Optional<String> unusable = HostFiles.obstacle(file);
    if (unusable.isPresent()) {
      return unusable;
    }
    if (!Files.isReadable(file)) {
      return Optional.of("cannot be read by this user");
    }
    return file.toFile().length() == 0 ? Optional.of("is empty") : Optional.empty();
  }
}

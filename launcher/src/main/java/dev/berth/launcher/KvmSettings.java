package dev.berth.launcher;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the kernel's KVM is set, which decides what CPUs its guests can have, as {@code nested} does:
 * its modules can be loaded anew at any time, with other parameters.
 *
 * @param modules where the kernel shows its modules
 */
record KvmSettings(Path modules) {
  /** Those of this machine. */
  static final KvmSettings HERE = new KvmSettings(Path.of("/sys/module"));

  private static final List<String> NAMES = List.of("kvm", "kvm_amd", "kvm_intel");

  /** All that can be read of them, as they are now. */
  Set<String> now() {
    Set<String> settings = new TreeSet<>();
    NAMES.forEach(name -> add(name, settings));
    return settings;
  }

  private void add(String module, Set<String> settings) {
    Path parameters = modules.resolve(module).resolve("parameters");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(parameters)) {
      for (Path file : files) {
        settings.add(module + " " + file.getFileName() + " " + value(file));
      }
    } catch (IOException | DirectoryIteratorException notLoaded) {
      settings.add(module);
    }
  }

  private static String value(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException secret) {
      return "";
    }
  }
}

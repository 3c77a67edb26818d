package dev.berth.generator.java;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder of generated sources. Files that would not change are left alone, so that compilers
 * need not look at them; those of an earlier run that are not written again are deleted.
 */
final class Output {
  private static final String STAMP = ".generated-from";

  private final Path root;
  private final Set<Path> written = new HashSet<>();

  Output(Path root) {
    this.root = root;
  }

  /** Whether the last run was with other inputs, or with another generator. */
  boolean isOlderThan(Path input) throws IOException {
    Path stamp = root.resolve(STAMP);
    return !Files.exists(stamp) || !Files.readString(stamp).equals(digest(input));
  }

  void write(String packageName, String name, String source) throws IOException {
    Path file = root.resolve(packageName.replace('.', '/')).resolve(name + ".java");
    if (!written.add(file)) {
      throw new IllegalArgumentException("two definitions are called " + file);
    }
    if (!Files.exists(file) || !Files.readString(file).equals(source)) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, source);
    }
  }

  /** Deletes what is no longer generated, and notes what all was generated from. */
  void finish(Path input) throws IOException {
    for (Path file : files(root)) {
      if (file.toString().endsWith(".java") && !written.contains(file)) {
        Files.delete(file);
      }
    }
    Files.createDirectories(root);
    Files.writeString(root.resolve(STAMP), digest(input));
  }

  private static String digest(Path input) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files(input)) {
        digest.update(input.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      Path generator =
          Path.of(Output.class.getProtectionDomain().getCodeSource().getLocation().getPath());
      for (Path file : files(generator)) {
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static List<Path> files(Path root) throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}

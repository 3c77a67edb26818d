package dev.berth.definition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The definitions in {@code docs/examples}. */
final class Examples {

  private Examples() {}

  static List<Path> all() throws IOException {
    try (Stream<Path> files = Files.list(GoldenFile.inTree("docs/examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }
}

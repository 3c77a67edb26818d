package dev.berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page that shows the last results, between two markers. */
final class BenchmarksPage {
  static final String BEGIN = "<!-- measured by ./bench --write: begin -->";
  static final String END = "<!-- measured by ./bench --write: end -->";

  private final Path file;

  BenchmarksPage(Path file) {
    this.file = file;
  }

  /**
   * Puts new results in the place of the old ones.
   *
   * @throws IOException when the page cannot be read or written, or has no markers
   */
  void replace(String results) throws IOException {
    String page = Files.readString(file);
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(file + " has no place for results: '" + BEGIN + "' and its end.");
    }
    Files.writeString(
        file,
        page.substring(0, begin + BEGIN.length()) + "\n" + results + "\n" + page.substring(end));
  }
}

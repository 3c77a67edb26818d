package dev.berth.definition;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The documents of {@code bad-definitions.txt} and what the reader says of each. In the file {@code
 * ␉} stands for a tab, {@code ␀} for NUL, and {@code <x*300>} for three hundred x.
 */
final class BadDefinitions {
  static final String FILE = "core/src/test/resources/dev/berth/definition/bad-definitions.txt";

  private static final String TITLE = "## ";
  private static final String ANSWER = ">>>\n";
  private static final Pattern REPEATED = Pattern.compile("<([^<>*]+)\\*([0-9]+)>");

  private BadDefinitions() {}

  /** A document as the file shows it. */
  record Sample(String title, String source, String expected) {

    String text() {
      return REPEATED
          .matcher(source.replace('␉', '\t').replace('␀', '\0'))
          .replaceAll(match -> match.group(1).repeat(Integer.parseInt(match.group(2))));
    }

    /** Whether the title says that what is wrong is beyond a JSON Schema. */
    boolean isBeyondSchema() {
      return title.endsWith("[beyond a schema]");
    }

    String withAnswer(String answer) {
      return TITLE + title + "\n" + source + "\n" + ANSWER + answer + "\n\n";
    }

    @Override
    public String toString() {
      return title;
    }
  }

  static List<Sample> all() throws IOException {
    List<Sample> samples = new ArrayList<>();
    String file = Files.readString(GoldenFile.inTree(FILE));
    for (String block : file.split("(?m)^" + TITLE)) {
      if (!block.isBlank()) {
        int titleEnd = block.indexOf('\n');
        int answer = block.indexOf("\n" + ANSWER);
        samples.add(
            new Sample(
                block.substring(0, titleEnd),
                block.substring(titleEnd + 1, Math.max(titleEnd + 1, answer)),
                block.substring(answer + 1 + ANSWER.length()).stripTrailing()));
      }
    }
    return samples;
  }
}

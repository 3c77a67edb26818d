package dev.berth.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The walkthrough of the guide, as what is typed and what is said to it. */
final class Walkthrough {
  private static final Path GUIDE = Path.of("guide.md");
  private static final Pattern SECTION =
      Pattern.compile("<!-- walkthrough -->(.*?)<!-- /walkthrough -->", Pattern.DOTALL);
  private static final Pattern BLOCK = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
  private static final String HOST = "$ ";
  private static final String GUEST = "guest> ";

  private Walkthrough() {}

  /** Where something is typed. */
  enum Prompt {
    HOST,
    GUEST
  }

  /**
   * One line that is typed.
   *
   * @param expected the lines that follow it, in which {@code …} is any text
   */
  record Step(Prompt prompt, String line, List<String> expected) {
    /** What matches the expected lines, one after the other. */
    List<Pattern> patterns() {
      return expected.stream().map(Step::pattern).toList();
    }

    private static Pattern pattern(String expected) {
      return Pattern.compile(
          Stream.of(expected.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
  }

  /** All steps, in their order. */
  static List<Step> read() throws IOException {
    Matcher section = SECTION.matcher(Files.readString(GUIDE));
    if (!section.find()) {
      throw new IOException(GUIDE + " has no walkthrough");
    }
    List<Step> steps = new ArrayList<>();
    Matcher block = BLOCK.matcher(section.group(1));
    while (block.find()) {
      for (String line : block.group(1).split("\n")) {
        if (line.startsWith(HOST)) {
          steps.add(new Step(Prompt.HOST, line.substring(HOST.length()), new ArrayList<>()));
        } else if (line.startsWith(GUEST)) {
          steps.add(new Step(Prompt.GUEST, line.substring(GUEST.length()), new ArrayList<>()));
        } else {
          steps.get(steps.size() - 1).expected().add(line);
        }
      }
    }
    return steps;
  }
}

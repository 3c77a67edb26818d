package dev.berth.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTaskException;
import dev.berth.image.ImageTaskException.Kind;
import java.util.ArrayList;
import java.util.List;

/** How a run of {@code qemu-img} ended, from its exit code and what it said. Pure. */
final class ImageOutcome {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LAST_WORDS_LIMIT = 400;
  private static final int CHECK_ERRORS = 2;
  private static final int CHECK_LEAKS = 3;
  private static final int OUT_OF_TIME = 128 + 24; // SIGXCPU
  private static final int ABORTED = 128 + 6;

  private ImageOutcome() {}

  /**
   * A sentence about what was found; empty when nothing was looked for.
   *
   * @throws ImageTaskException when it was not done, or errors are left
   */
  static String of(ImageTask task, int exit, String output, String errors)
      throws ImageTaskException {
    boolean checked = exit == 0 || exit == CHECK_ERRORS || exit == CHECK_LEAKS;
    if (task instanceof ImageTask.Check && checked) {
      return ofCheck(exit, output);
    }
    if (exit != 0) {
      throw failure(exit, errors.isBlank() ? output : errors);
    }
    return "";
  }

  private static String ofCheck(int exit, String output) throws ImageTaskException {
    JsonNode report;
    try {
      report = JSON.readTree(output);
    } catch (JsonProcessingException unreadable) {
      throw new ImageTaskException(Kind.FAILED, "What qemu-img found cannot be read.");
    }
    List<String> found = new ArrayList<>();
    add(found, report, "corruptions", "errors");
    add(found, report, "leaks", "clusters that nothing refers to");
    add(found, report, "corruptions-fixed", "errors repaired");
    add(found, report, "leaks-fixed", "clusters given back");
    String sentence = found.isEmpty() ? "no errors" : String.join(", ", found);
    if (exit != 0) {
      throw new ImageTaskException(Kind.ERRORS_FOUND, sentence);
    }
    return sentence;
  }

  private static void add(List<String> found, JsonNode report, String field, String what) {
    long count = report.path(field).asLong();
    if (count > 0) {
      found.add(count + " " + what);
    }
  }

  private static ImageTaskException failure(int exit, String said) {
    String words = words(said);
    if (said.contains("No space left on device") || said.contains("Disk quota exceeded")) {
      return new ImageTaskException(
          Kind.NO_SPACE, "There is no room left on the disk (" + words + ").");
    }
    if (said.contains("lock")) {
      return new ImageTaskException(Kind.IN_USE, "Somebody else uses the image (" + words + ").");
    }
    if (exit == OUT_OF_TIME || exit == ABORTED || said.contains("Cannot allocate memory")) {
      return new ImageTaskException(
          Kind.LIMIT, "It takes more memory or processor time than an image may. " + words);
    }
    return new ImageTaskException(
        Kind.FAILED, "qemu-img ended with code " + exit + (words.isEmpty() ? "." : ": " + words));
  }

  /** One line for a message; whatever an image can put into it is harmless. */
  private static String words(String said) {
    String line =
        said.strip()
            .replaceAll("(?m)^qemu-img: ", "")
            .replaceAll("\\R+", "; ")
            .replaceAll("\\p{Cntrl}+", " ");
    return line.substring(Math.max(0, line.length() - LAST_WORDS_LIMIT));
  }
}

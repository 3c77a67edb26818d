package dev.berth.storage;

import dev.berth.image.ImageTask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What keeps {@code qemu-img} small: limits on memory, processor time and open files, no core dump,
 * no new privileges, files that are for the host's user alone, and no network where the kernel lets
 * this user take it away, which is tried out once. Thread-safe.
 */
final class Confinement {
  /** Far beyond what it maps for the largest tables; a header cannot make it take more. */
  private static final long MEMORY_KIBIBYTES = 4L << 20;

  /** What one more image of the largest disk takes, most of it for its cache of 32 MiB. */
  private static final long LAYER_KIBIBYTES = 40L << 10;

  private static final int OPEN_FILES = 256;
  private static final long SHORT_SECONDS = 600;
  private static final long CHECK_SECONDS = 3_600;

  /** Copying terabytes with compression takes hours. */
  private static final long COPY_SECONDS = 86_400;

  private static final List<String> NO_PRIVILEGES = List.of("setpriv", "--no-new-privs", "--");
  private static final List<List<String>> WITHOUT_NETWORK =
      List.of(
          List.of("unshare", "--net", "--"), List.of("unshare", "--map-root-user", "--net", "--"));
  private static final int TRIAL_SECONDS = 10;

  private @Nullable List<String> prefix;

  /** What comes before the program on the command line; each word becomes the next. */
  List<String> wrapping(ImageTask task) throws InterruptedException {
    String shell =
        "umask 077; ulimit -c 0; ulimit -v %d; ulimit -n %d; %s"
            .formatted(
                MEMORY_KIBIBYTES + LAYER_KIBIBYTES * layers(task),
                OPEN_FILES + layers(task),
                limit(task));
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", shell, "sh"));
    words.addAll(prefix());
    return words;
  }

  /** How many images it opens that stand on one another. */
  private static int layers(ImageTask task) {
    return task instanceof ImageTask.Copy copy ? copy.source().size() : 1;
  }

  private static String limit(ImageTask task) {
    long seconds =
        task instanceof ImageTask.Copy
            ? COPY_SECONDS
            : task instanceof ImageTask.Check ? CHECK_SECONDS : SHORT_SECONDS;
    return "ulimit -t " + seconds + "; exec \"$@\"";
  }

  private synchronized List<String> prefix() throws InterruptedException {
    if (prefix == null) {
      List<String> found = new ArrayList<>();
      for (List<String> way : WITHOUT_NETWORK) {
        if (found.isEmpty() && works(way)) {
          found.addAll(way);
        }
      }
      if (works(NO_PRIVILEGES)) {
        found.addAll(NO_PRIVILEGES);
      }
      prefix = List.copyOf(found);
    }
    return prefix;
  }

  private static boolean works(List<String> way) throws InterruptedException {
    List<String> command = new ArrayList<>(way);
    command.add("/bin/true");
    try {
      Process trial =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return trial.waitFor(TRIAL_SECONDS, TimeUnit.SECONDS) && trial.exitValue() == 0;
      } finally {
        trial.destroyForcibly();
      }
    } catch (IOException missing) {
      return false;
    }
  }
}

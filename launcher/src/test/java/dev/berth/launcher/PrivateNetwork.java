package dev.berth.launcher;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work in a network namespace of its own, which vanishes with all that is in it. A namespace
 * belongs to a thread: what that thread opens and starts is in there. Needs the privileges of root.
 */
final class PrivateNetwork {
  private static final int CLONE_NEWNET = 0x40000000;

  private PrivateNetwork() {}

  interface Scheduler extends Library {
    int unshare(int flags);
  }

  /** Whether this process may make such a namespace. */
  static boolean isPossible() {
    return !NetworkChecks.processStatus().contains("CapEff:\t0000000000000000")
        && "root".equals(System.getProperty("user.name"));
  }

  static <T> T in(Callable<T> work) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              if (Native.load("c", Scheduler.class).unshare(CLONE_NEWNET) != 0) {
                throw new AssertionError("no network namespace: errno " + Native.getLastError());
              }
              return work.call();
            });
    Thread thread = new Thread(task, "berth-test-network");
    thread.start();
    try {
      return task.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof Exception exception) {
        throw exception;
      }
      throw failure;
    } finally {
      thread.join();
    }
  }

  /** Runs {@code ip} with those words in the caller's namespace; returns what it prints. */
  static String ip(String... words) throws IOException, InterruptedException {
    String[] command = new String[words.length + 1];
    command[0] = "ip";
    System.arraycopy(words, 0, command, 1, words.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + output);
    }
    return output;
  }
}

package dev.berth.launcher;

import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.Deadline;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts what serves shares, so that it outlives this process as QEMU does: in a session of its
 * own, in a systemd scope of its own where there are any, its output appended to QEMU's log. Each
 * serves one QEMU and ends when that hangs up, so it ends with QEMU, however that ends; what is
 * left is found by its socket, whose path has the incarnation, and ended with the launch.
 * Thread-safe.
 */
final class ShareServers {
  /** What the shell calls itself that becomes the server. */
  private static final String NAME = "berth-share";

  private static final String SCRIPT =
      """
      unset XDG_RUNTIME_DIR # which led to the user's systemd
      ulimit -c 0; umask 077; log=$1; shift
      exec "$@" </dev/null >>"$log" 2>&1
      """;

  /** Waits for the server, so that one that cannot begin is noticed. */
  private static final List<String> SESSION = List.of("setsid", "--fork", "--wait");

  /** Where the virtiofsd written in C leaves a file for each socket, and never removes it. */
  private static final Path LEFT_BY_SERVERS = Path.of("/run/virtiofsd");

  /** The kernel's list of sockets; the fourth field has this bit for one that listens. */
  private static final Path SOCKETS = Path.of("/proc/net/unix");

  private static final long LISTENS = 1 << 16;
  private static final int FLAGS = 3;
  private static final int POLL_MILLIS = 5;

  private final MachineScopes scopes;

  ShareServers(MachineScopes scopes) {
    this.scopes = scopes;
  }

  /**
   * Starts the server of a share, and returns once it listens.
   *
   * @param cannot how messages begin
   * @throws HostFailureException when it ends before
   * @throws DeadlineExceededException when it does not listen in time
   */
  void start(LaunchRecord launch, ServeShare serve, Deadline deadline, String cannot)
      throws InterruptedException {
    String what = cannot + "share '" + serve.share() + "' is not served: ";
    LaunchLog log = LaunchLog.from(launch);
    List<String> command = new ArrayList<>(SESSION);
    command.addAll(scopes.prefix(launch, "-share-" + serve.share()));
    command.addAll(List.of("/bin/sh", "-c", SCRIPT, NAME, launch.files().qemuLog().toString()));
    command.addAll(serve.command());
    ProcessBuilder builder = new ProcessBuilder(command);
    ChildEnvironment.clean(builder.environment());
    builder.directory(new File("/"));
    builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
    Process waiter;
    try {
      waiter = builder.start();
    } catch (IOException failure) {
      throw new HostFailureException(what + failure.getMessage() + ".", failure);
    }
    try {
      awaitListening(waiter, serve, log, deadline, what);
    } finally {
      waiter.destroy(); // which leaves the server alone
    }
  }

  private static void awaitListening(
      Process waiter, ServeShare serve, LaunchLog log, Deadline deadline, String what)
      throws InterruptedException {
    while (!listens(serve.socket())) {
      if (waiter.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new HostFailureException(
            what + serve.command().get(0) + " ended: " + log.words() + ".");
      }
      if (deadline.hasPassed()) {
        throw new DeadlineExceededException(
            what + serve.command().get(0) + " was not ready within the deadline.");
      }
    }
  }

  /** Whether somebody listens there: a socket that is only bound refuses those who connect. */
  private static boolean listens(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(SOCKETS, StandardCharsets.ISO_8859_1)) {
      String path =
          new String(
              socket.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      return lines
          .filter(line -> line.endsWith(" " + path))
          .map(line -> line.split(" "))
          .anyMatch(fields -> (Long.parseLong(fields[FLAGS], 16) & LISTENS) != 0);
    } catch (IOException unreadable) {
      throw new HostFailureException(
          "Cannot read " + SOCKETS + ": " + unreadable.getMessage() + ". Mount /proc.", unreadable);
    }
  }

  /**
   * Ends what still serves shares of a machine that is gone, also what was started for a share that
   * the machine never got.
   */
  static void end(LaunchRecord launch, ProcessTable table) {
    if (SharedMemory.isOf(launch)) {
      LaunchProcesses.serversOf(launch, table).end(0);
      removeLeftBehind(launch.incarnation());
    }
  }

  /** Ends what still serves a share that its machine has no more. */
  static void end(LaunchRecord launch, ServeShare serve, ProcessTable table) {
    LaunchProcesses.serverOf(launch, serve, table).end(0);
    RunFiles.deleteIfPossible(serve.socket());
    // it has the whole path of the socket in its name, with dots for the slashes
    removeLeft("*" + launch.incarnation() + "." + serve.socket().getFileName() + ".pid");
  }

  /** Removes what servers of that launch have left outside its run directory. */
  static void removeLeftBehind(String incarnation) {
    removeLeft("*" + incarnation + "*");
  }

  private static void removeLeft(String names) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(LEFT_BY_SERVERS, names)) {
      left.forEach(RunFiles::deleteIfPossible);
    } catch (NoSuchFileException | AccessDeniedException notOurs) {
      return; // only root's servers leave something there
    } catch (IOException unreadable) {
      throw new HostFailureException(
          "Cannot look into " + LEFT_BY_SERVERS + ": " + unreadable.getMessage() + ".", unreadable);
    }
  }
}

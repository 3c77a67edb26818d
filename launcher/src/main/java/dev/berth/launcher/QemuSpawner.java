package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts QEMU so that it outlives this process: in a session of its own, with no pipe to us, its
 * output appended to the domain's log, under a shell that does nothing but write down how it ended.
 * Stateless.
 *
 * <p>QEMU's whole command line is part of the shell's, and so is the run directory with the
 * incarnation: whoever looks for the launch finds it from the first moment on.
 */
final class QemuSpawner {
  /** The longest path that fits in {@code sockaddr_un.sun_path} with its closing NUL. */
  private static final int LONGEST_SOCKET_PATH = 107;

  /**
   * No core dump, which would write the guest's memory to the host's disk. The exit file appears
   * complete or not at all.
   */
  private static final String SHIM =
      """
      ulimit -c 0; umask 077; log=$1; exit=$2; shift 2
      "$@" </dev/null >>"$log" 2>&1
      echo $? >"$exit.new" && mv "$exit.new" "$exit"
      """;

  /**
   * Makes the session, and waits for the shell in it. Java spends a thread on each child that
   * lives, so the child must be one that can be let go when the launch is through.
   */
  private static final List<String> SESSION = List.of("setsid", "--fork", "--wait");

  private QemuSpawner() {}

  /**
   * Makes the directories and starts QEMU.
   *
   * @return what waits for the shell above QEMU: its end is QEMU's, or nobody's once it is
   *     destroyed, which leaves QEMU alone
   * @throws HostFailureException when directories or process cannot be made
   */
  static Process spawn(LaunchRecord launch) {
    MachineFiles files = launch.files();
    checkSocketPaths(files);
    List<String> command = new ArrayList<>(SESSION);
    command.addAll(List.of("/bin/sh", "-c", SHIM, "berth-qemu"));
    command.add(files.qemuLog().toString());
    command.add(files.exitFile().toString());
    command.addAll(launch.argv());
    ProcessBuilder builder = new ProcessBuilder(command);
    ChildEnvironment.clean(builder.environment());
    builder.directory(new File("/"));
    builder.redirectInput(new File("/dev/null"));
    try {
      RunFiles.createPrivate(files.runDirectory());
      RunFiles.createPrivate(files.logDirectory());
      builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(files.qemuLog().toFile()));
      return builder.start();
    } catch (IOException failure) {
      throw new HostFailureException(
          "Cannot start QEMU for domain '"
              + launch.subject().name()
              + "': "
              + failure.getMessage()
              + ".",
          failure);
    }
  }

  private static void checkSocketPaths(MachineFiles files) {
    for (Path socket : List.of(files.qmpSocket(), files.consoleSocket(), files.agentSocket())) {
      int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
      if (length > LONGEST_SOCKET_PATH) {
        throw new HostFailureException(
            "The path of socket "
                + socket
                + " is "
                + length
                + " bytes long, and the kernel allows "
                + LONGEST_SOCKET_PATH
                + ". Choose a run directory with a shorter path (BERTH_HOME or --home).");
      }
    }
  }
}

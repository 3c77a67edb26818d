package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.SerialSockets;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The shell above one QEMU: it waits for the word to go, starts QEMU so that it outlives this
 * process (in a session of its own, with no pipe to us, its output appended to the domain's log),
 * and writes down how it ended. Without the word, or when this process dies first, it ends and has
 * done nothing. So it can be made while the launch is still being put on record.
 *
 * <p>QEMU's whole command line is part of the shell's, and so is the run directory with the
 * incarnation: whoever looks for the launch finds it from the first moment on.
 *
 * <p>Not thread-safe.
 */
final class QemuShell implements AutoCloseable {
  /** What the shell calls itself; a word of its command line, and of nobody else's. */
  static final String NAME = "berth-qemu";

  /** The longest path that fits in {@code sockaddr_un.sun_path} with its closing NUL. */
  private static final int LONGEST_SOCKET_PATH = 107;

  /**
   * The word is a line; the end of the pipe without one is none. No core dump, which would write
   * the guest's memory to the host's disk. The exit file appears complete or not at all. What QEMU
   * inherits is opened in a subshell that becomes QEMU, so that nobody else has it open.
   */
  private static final String SCRIPT =
      """
      read -r go || exit
      unset XDG_RUNTIME_DIR # which led to the user's systemd
      ulimit -c 0; umask 077; log=$1; exit=$2; shift 2
      exec </dev/null >>"$log" 2>&1
      (
        fd=3
        while [ "$1" != -- ]; do
          : <"$2" # so that a missing file is not made
          eval "exec $fd$1\\"\\$2\\""
          fd=$((fd + 1)); shift 2
        done
        shift
        exec "$@"
      )
      echo $? >"$exit.new" && mv "$exit.new" "$exit"
      """;

  /**
   * Makes the session, and waits for the shell in it. Java spends a thread on each child that
   * lives, so the child must be one that can be let go when the launch is through.
   */
  private static final List<String> SESSION = List.of("setsid", "--fork", "--wait");

  private final LaunchRecord launch;
  private final Process waiter;

  private QemuShell(LaunchRecord launch, Process waiter) {
    this.launch = launch;
    this.waiter = waiter;
  }

  /**
   * Starts the shell, and nothing else.
   *
   * @param scope what the shell's command is prefixed with, to run in a scope of its own
   * @throws HostFailureException when it cannot be started, or QEMU could not be reached later
   */
  static QemuShell start(LaunchRecord launch, List<String> scope) {
    MachineFiles files = launch.files();
    checkSocketPaths(launch);
    List<String> command = new ArrayList<>(SESSION);
    command.addAll(scope);
    command.addAll(List.of("/bin/sh", "-c", SCRIPT, NAME));
    command.add(files.qemuLog().toString());
    command.add(files.exitFile().toString());
    for (InheritedFile file : launch.inherited()) {
      command.add(file.access() == FileAccess.READ_WRITE ? "<>" : "<");
      command.add(file.file().toString());
    }
    command.add("--");
    command.addAll(launch.argv());
    ProcessBuilder builder = new ProcessBuilder(command);
    ChildEnvironment.clean(builder.environment());
    builder.directory(new File("/"));
    builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
    try {
      return new QemuShell(launch, builder.start());
    } catch (IOException failure) {
      throw cannotStart(launch, failure);
    }
  }

  /**
   * Makes the directories and has QEMU started.
   *
   * @return what waits for the shell: its end is QEMU's, or nobody's once it is destroyed, which
   *     leaves QEMU alone
   * @throws HostFailureException when the directories cannot be made, or the shell has gone
   */
  Process startQemu() {
    MachineFiles files = launch.files();
    try (OutputStream word = waiter.getOutputStream()) {
      RunFiles.createPrivate(files.runDirectory());
      RunFiles.createPrivate(files.logDirectory());
      for (InheritedFile inherited : launch.inherited()) {
        if (inherited.template().isPresent()) {
          RunFiles.createFrom(inherited.template().get(), inherited.file());
        }
      }
      Files.newByteChannel(files.qemuLog(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
          .close();
      word.write('\n');
    } catch (IOException failure) {
      throw cannotStart(launch, failure);
    }
    return waiter;
  }

  /** Lets the shell end if it was never told to go; else does nothing. */
  @Override
  public void close() {
    try {
      waiter.getOutputStream().close();
    } catch (IOException ended) {
      // The shell has gone, which is what was wanted.
      return;
    }
  }

  private static HostFailureException cannotStart(LaunchRecord launch, IOException failure) {
    return new HostFailureException(
        "Cannot start QEMU for domain '"
            + launch.subject().name()
            + "': "
            + failure.getMessage()
            + ".",
        failure);
  }

  private static void checkSocketPaths(LaunchRecord launch) {
    MachineFiles files = launch.files();
    List<Path> sockets =
        new ArrayList<>(List.of(files.qmpSocket(), files.consoleSocket(), files.agentSocket()));
    sockets.addAll(SerialSockets.of(launch).values());
    launch.served().forEach(serve -> sockets.add(serve.socket()));
    for (Path socket : sockets) {
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

package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.JobConflicts;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.qapi.block.NbdServerStart;
import dev.berth.qapi.block.NbdServerStop;
import dev.berth.qapi.misc.Closefd;
import dev.berth.qapi.misc.Getfd;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.socket.ListeningSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The NBD server of a machine's QEMU, which can have one, and does not tell whether it has or where
 * it listens. So both is on record: each job that needs it has its socket as a fact. The first of
 * them starts it, and the last one stops it. It listens on a socket of the host's making, for the
 * host's user alone, in the machine's run directory; it serves on while no host runs.
 *
 * <p>Only a QEMU that ends handshakes by itself (10.0) is asked to stop it. 7.2 waits for each
 * client that has connected and said nothing, with all else at a standstill, for ever. There it
 * listens on with nothing to serve, until the machine ends or somebody needs it again.
 *
 * <p>Who else needs it is found out in a turn. A kind of job that needs it must not begin while
 * another of them ends; {@link JobConflicts} sees to that.
 */
public final class NbdServer {
  /** A fact of the jobs that need it: where it listens. */
  public static final String SOCKET = "nbd-socket";

  private static final String NAME = "nbd-server";

  /**
   * More than the clients that copy the disks of one machine have at once, for one more than that
   * is kept waiting without an answer; and few enough for QEMU to have descriptors left.
   */
  private static final int MOST_CONNECTIONS = 512;

  private final QmpConnection qmp;
  private final Path socket;

  public NbdServer(Machine machine) {
    this.qmp = machine.qmp();
    this.socket = socket(machine.launch());
  }

  /** Where that of a machine listens, when it does. */
  public static Path socket(LaunchRecord launch) {
    return launch.files().nbdSocket();
  }

  /** Whether a job besides that one needs the server of that machine. In a turn. */
  public static boolean isNeededBesides(JobId job, List<KeptJob> running, LaunchRecord launch) {
    return running.stream()
        .filter(other -> !other.job().id().equals(job))
        .anyMatch(other -> other.fact(SOCKET).equals(socket(launch).toString()));
  }

  /** Whether it could not be started because somebody has started one by hand. */
  public static boolean isRefused(Throwable failure) {
    return failure instanceof QemuRefusedException refused
        && refused.command().equals("nbd-server-start");
  }

  /** Starts it, unless it runs. */
  public void start() throws InterruptedException {
    if (isListening()) {
      return;
    }
    try (ListeningSocket listening = ListeningSocket.replacing(socket)) {
      qmp.execute(new Getfd(NAME), listening.descriptor(), Deadline.none());
    } catch (IOException e) {
      throw new HostFailureException("'" + socket + "' cannot be listened on: " + e, e);
    }
    ObjectNode arguments = Json.object().put("max-connections", MOST_CONNECTIONS);
    arguments.putObject("addr").put("type", "fd").putObject("data").put("str", NAME);
    try {
      qmp.execute(NbdServerStart.read(arguments), Deadline.none());
    } catch (QemuRefusedException refused) { // somebody has started one by hand
      qmp.execute(new Closefd(NAME), Deadline.none());
      removeSocket();
      throw refused;
    }
  }

  private boolean isListening() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      channel.connect(UnixDomainSocketAddress.of(socket));
      return true;
    } catch (ConnectException nobodyListens) {
      return false;
    } catch (IOException manyWait) { // or it is not there
      return Files.exists(socket);
    }
  }

  /**
   * Stops it, if it runs, where that does no harm; its socket goes. One that does not listen there
   * is somebody else's, and is left alone. Idempotent.
   */
  public void stop() throws InterruptedException {
    takeBack();
    if (!isListening()) {
      removeSocket();
      return;
    }
    if (!qmp.supports("nbd-server-start", "handshake-max-seconds")) {
      return;
    }
    try {
      qmp.execute(new NbdServerStop(), Deadline.none());
    } catch (QemuRefusedException notRunning) {
      removeSocket();
      return;
    }
    removeSocket();
  }

  /** A host that died before QEMU's server began has left the socket there, where nobody serves. */
  private void takeBack() throws InterruptedException {
    try {
      qmp.execute(new Closefd(NAME), Deadline.none());
    } catch (QemuRefusedException notThere) {
      return;
    }
    removeSocket();
  }

  private void removeSocket() {
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new HostFailureException("'" + socket + "' cannot be removed: " + e, e);
    }
  }
}

package dev.berth.machine;

import dev.berth.domain.ByteSize;
import java.nio.file.Path;

/**
 * Where a machine's files are.
 *
 * @param runDirectory of this incarnation alone, its id in the path; gone when the machine is
 * @param logDirectory of the domain, kept between launches
 * @param consoleLogLimit size at which {@link #consoleLog()} is cut to its newer half
 */
public record MachineFiles(Path runDirectory, Path logDirectory, ByteSize consoleLogLimit) {

  /** QEMU's locked pidfile. */
  public Path pidFile() {
    return runDirectory.resolve("pid");
  }

  /** The QMP monitor's socket. */
  public Path qmpSocket() {
    return runDirectory.resolve("qmp");
  }

  /** The serial console's socket. */
  public Path consoleSocket() {
    return runDirectory.resolve("console");
  }

  /** The socket of a further console. */
  public Path consoleSocket(String name) {
    return runDirectory.resolve("console-" + name);
  }

  /** The socket on which the screen is served by VNC. */
  public Path vncSocket() {
    return runDirectory.resolve("vnc");
  }

  /** What QEMU writes its screen to while somebody takes a screenshot. */
  public Path screenFile() {
    return runDirectory.resolve("screen");
  }

  /** The socket on which disks are served by NBD. */
  public Path nbdSocket() {
    return runDirectory.resolve("nbd");
  }

  /** The socket on which the state of a machine of another host comes in. */
  public Path stateSocket() {
    return runDirectory.resolve("state");
  }

  /** What has the key of a stream, while QEMU needs it. */
  public Path streamKeyDirectory() {
    return runDirectory.resolve("stream-key");
  }

  /** The guest-agent channel's socket. */
  public Path agentSocket() {
    return runDirectory.resolve("agent");
  }

  /** The socket of a channel, by the number of its port. */
  public Path channelSocket(int number) {
    return runDirectory.resolve("channel-" + number);
  }

  /** The socket between QEMU and what serves a share. */
  public Path shareSocket(String name) {
    return runDirectory.resolve("share-" + name);
  }

  /** Written when QEMU has ended: its exit code, in the shell's convention. */
  public Path exitFile() {
    return runDirectory.resolve("exit");
  }

  /** Everything the guest wrote to its serial console, bounded. */
  public Path consoleLog() {
    return logDirectory.resolve("console.log");
  }

  /** QEMU's own standard output and error, bounded. */
  public Path qemuLog() {
    return logDirectory.resolve("qemu.log");
  }
}

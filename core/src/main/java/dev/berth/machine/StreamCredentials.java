package dev.berth.machine;

import dev.berth.error.HostFailureException;
import dev.berth.error.QemuRefusedException;
import dev.berth.qapi.basic.StrOrNull;
import dev.berth.qapi.crypto.QCryptoTLSCredsEndpoint;
import dev.berth.qapi.migration.MigrateSetParameters;
import dev.berth.qapi.qom.ObjectAdd;
import dev.berth.qapi.qom.ObjectDel;
import dev.berth.qapi.qom.ObjectOptions.TlsCredsPsk;
import dev.berth.qapi.qom.QomList;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How QEMU is given the key of a migration, by which its streams are encrypted, that of the state
 * and those of images: in a file, for it takes none over QMP. QEMU reads it at once where it sends,
 * and with each connection where it takes in, so the file is there as short as can be. All of it
 * has the same name each time: who comes later finds it again. For a thread that may wait for QEMU.
 */
public final class StreamCredentials {
  /** Of the object in QEMU, which one of its migrations has at a time. */
  public static final String ID = "berth-stream";

  /** As GnuTLS looks keys up. */
  private static final String USER = "berth";

  private static final String FILE = "keys.psk";

  /** Where QEMU has what was made by {@code object-add}. */
  private static final String OBJECTS = "/objects";

  private final QmpConnection qmp;
  private final Path directory;

  /** Of that machine. */
  public StreamCredentials(QmpConnection qmp, MachineFiles files) {
    this.qmp = qmp;
    this.directory = files.streamKeyDirectory();
  }

  /**
   * Has QEMU send its state by that key, and not otherwise.
   *
   * @throws HostFailureException when it cannot
   */
  public void giveSender(StreamKey key) throws InterruptedException {
    takeBack();
    try {
      give(key, QCryptoTLSCredsEndpoint.CLIENT);
    } finally {
      removeFile();
    }
  }

  /**
   * Has QEMU send on by the key that it was given for the same migration, by this host's process or
   * an earlier one.
   *
   * @throws HostFailureException when it was given none
   */
  public void keepSender() throws InterruptedException {
    removeFile();
    if (run(new QomList(OBJECTS)).stream().noneMatch(object -> object.name().equals(ID))) {
      throw new HostFailureException(
          "The host's process ended before QEMU had the key of this migration, which is on no"
              + " record. Migrate it anew.");
    }
    parameters(ID);
  }

  /**
   * Has QEMU take a state in from whoever has that key, and from nobody else.
   *
   * @throws HostFailureException when it cannot
   */
  public void giveReceiver(StreamKey key) throws InterruptedException {
    takeBack();
    boolean given = false;
    try {
      give(key, QCryptoTLSCredsEndpoint.SERVER);
      given = true;
    } finally {
      if (!given) {
        removeFile();
      }
    }
  }

  private void give(StreamKey key, QCryptoTLSCredsEndpoint end) throws InterruptedException {
    write(key);
    TlsCredsPsk.Builder credentials =
        TlsCredsPsk.builder(ID).dir(directory.toString()).endpoint(end);
    if (end.equals(QCryptoTLSCredsEndpoint.CLIENT)) {
      credentials.username(USER);
    }
    try {
      run(new ObjectAdd(credentials.build()));
    } catch (QemuRefusedException refused) {
      throw new HostFailureException(
          "QEMU here cannot encrypt what it sends to other machines: "
              + refused.description()
              + ". It has to be built with GnuTLS.",
          refused);
    }
    parameters(ID);
  }

  /** Makes it as if there had been none, the file first, whatever QEMU says. Idempotent. */
  public void takeBack() throws InterruptedException {
    removeFile();
    parameters("");
    try {
      run(new ObjectDel(ID));
    } catch (QemuRefusedException notThere) {
      return; // there was none, or it was taken back before
    }
  }

  private void parameters(String credentials) throws InterruptedException {
    run(
        MigrateSetParameters.builder()
            .tlsCreds(new StrOrNull.S(credentials))
            .tlsHostname(new StrOrNull.S(""))
            .build());
  }

  private void write(StreamKey key) {
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path file = directory.resolve(FILE);
      Files.newByteChannel(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
          .close();
      Files.writeString(file, USER + ":" + key.hex() + "\n");
    } catch (IOException e) {
      throw new HostFailureException(
          "The key of a state cannot be put into " + directory + ": " + e + ".", e);
    }
  }

  private void removeFile() {
    try {
      Files.deleteIfExists(directory.resolve(FILE));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new HostFailureException("Cannot remove " + directory + ": " + e + ".", e);
    }
  }

  private <R extends @Nullable Object> R run(QmpCommand<R> command) throws InterruptedException {
    return qmp.execute(command, Deadline.none());
  }
}

package dev.berth.storage;

import dev.berth.error.StorageFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The files of one store.
 *
 * <pre>
 * store.lock                       held by the owner; says who that is
 * berth.mv.db                      the database
 * berth.mv.db.damaged-TIMESTAMP    a database that could not be read; never deleted
 * recovery/host.json               the host's id and how far event numbers have gone
 * recovery/pools.json              a readable copy of pools and images
 * recovery/UUID.json               one readable copy of each domain
 * </pre>
 *
 * @param directory absolute
 * @param fileSystem the name by which H2 knows the file system that it reaches the database through
 */
record StoreHome(Path directory, String fileSystem) {
  /** H2 adds {@code .mv.db} to the name. */
  private static final String DATABASE = "berth";

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** A store in a directory of the host. */
  static StoreHome of(Path directory) {
    return new StoreHome(directory, "file");
  }

  Path lockFile() {
    return directory.resolve("store.lock");
  }

  /** The database as H2 wants it named. */
  String databaseName() {
    return fileSystem + ":" + directory.resolve(DATABASE);
  }

  Path databaseFile() {
    return directory.resolve(DATABASE + ".mv.db");
  }

  Path recovery() {
    return directory.resolve("recovery");
  }

  /** Makes the directories, readable by their owner only. */
  void prepare() {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      Files.createDirectories(directory, ownerOnly);
      Files.createDirectories(recovery(), ownerOnly);
    } catch (IOException e) {
      throw StoreErrors.cannotOpen(directory, e);
    }
  }

  /** Lets only its owner read and write the database, whose directory others may pass through. */
  void makeDatabasePrivate() {
    try {
      Files.setPosixFilePermissions(databaseFile(), PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw StoreErrors.cannotOpen(directory, e);
    }
  }

  /** Refuses a database file that this process may not change; H2 would call it damaged. */
  void checkAccess() {
    Path file = databaseFile();
    if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
      throw new StorageFailureException(
          "Cannot open the store in "
              + directory
              + ": "
              + file
              + StoreErrors.ownerOf(file)
              + " may not be read and written by this process. Give it to the user that runs the"
              + " host, or choose another home directory.");
    }
  }

  /** The size of the database file in bytes; 0 when there is none. */
  long databaseBytes() {
    try {
      return Files.size(databaseFile());
    } catch (IOException e) {
      return 0;
    }
  }

  /** Moves the database out of the way and keeps it; the new name is durable. */
  Path setAside(Instant now) throws IOException {
    String name = databaseFile().getFileName() + ".damaged-" + TIMESTAMP.format(now);
    Path target = directory.resolve(name);
    for (int i = 2; Files.exists(target); i++) {
      target = directory.resolve(name + "-" + i);
    }
    Files.move(databaseFile(), target);
    DurableFile.syncDirectory(directory);
    return target;
  }
}

package dev.berth.storage;

import dev.berth.doctor.Finding;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Examines a store without opening it: its owner, and what a repair has set aside. Stateless. */
public final class StoreDoctor {
  private static final String CHECK = "store";

  private StoreDoctor() {}

  /**
   * Examines the store in that home, which need not exist.
   *
   * @param home the directory of the store
   */
  public static List<Finding> examine(Path home) {
    StoreHome store = StoreHome.of(home);
    try {
      return Files.isDirectory(home)
          ? examine(store)
          : List.of(Finding.ok(CHECK, "there is none yet in " + home));
    } catch (IOException unreadable) {
      return List.of(
          Finding.note(
              CHECK,
              "the store in " + home + " cannot be examined: " + unreadable,
              "run this as the user who runs the host"));
    }
  }

  private static List<Finding> examine(StoreHome store) throws IOException {
    List<Finding> findings = new ArrayList<>();
    String owner =
        StoreLock.owner(store.lockFile()).map(who -> "in use by " + who).orElse("in use by nobody");
    Path database = store.databaseFile();
    if (Files.exists(database) && !(Files.isReadable(database) && Files.isWritable(database))) {
      findings.add(
          Finding.problem(
              CHECK,
              database
                  + StoreErrors.ownerOf(database)
                  + " may not be read and written by this user",
              "give it to the user who runs the host, or run this as that user"));
    } else {
      findings.add(Finding.ok(CHECK, owner));
    }
    List<String> damaged = setAside(store);
    if (!damaged.isEmpty()) {
      findings.add(
          Finding.note(
              CHECK,
              "a damaged database was set aside and rebuilt: " + String.join(", ", damaged),
              "remove it once no domain is missed; find out why the disk damaged it"));
    }
    return findings;
  }

  private static List<String> setAside(StoreHome store) throws IOException {
    String pattern = store.databaseFile().getFileName() + ".damaged-*";
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(store.directory(), pattern)) {
      files.forEach(file -> found.add(file.toString()));
    }
    found.sort(null);
    return found;
  }
}

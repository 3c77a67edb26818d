package dev.berth.storage;

import dev.berth.error.StorageFailureException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** Tells the failures below a store apart, and words them. */
final class StoreErrors {
  private StoreErrors() {}

  /** The store cannot be opened, and nothing is known to be damaged. */
  static StorageFailureException cannotOpen(Path home, Throwable cause) {
    return new StorageFailureException(
        "Cannot open the store in " + home + ": " + reason(cause) + ". " + remedy(home, cause),
        cause);
  }

  /** A change could not be made durable and did not happen. */
  static StorageFailureException cannotCommit(Path home, Throwable cause) {
    return new StorageFailureException(
        "Cannot save a change in the store in "
            + home
            + ": "
            + reason(cause)
            + ". Nothing was changed. "
            + remedy(home, cause),
        cause);
  }

  static StorageFailureException cannotRead(Path home, Throwable cause) {
    return new StorageFailureException(
        "Cannot read the store in " + home + ": " + reason(cause) + ". " + remedy(home, cause),
        cause);
  }

  static StorageFailureException closed(Path home) {
    return new StorageFailureException("The store in " + home + " is closed. Open the host again.");
  }

  /** Whether the values of one change are to blame, not the database: SQL classes 22 and 23. */
  static boolean isAboutValues(SQLException e) {
    String state = e.getSQLState();
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  /** Whether another process has the database open. */
  static boolean isInUse(SQLException e) {
    return e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1;
  }

  /**
   * Whether the content of the file is to blame. A disk that refuses to read or write, a full one,
   * and a format newer than ours are not damage.
   */
  static boolean isDamage(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof IOException && !(t instanceof EOFException)) {
        return false;
      }
      if (t instanceof MVStoreException e
          && (e.getErrorCode() == DataUtils.ERROR_UNSUPPORTED_FORMAT
              || e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
              || e.getErrorCode() == DataUtils.ERROR_WRITING_FAILED)) {
        return false;
      }
      if (t instanceof VirtualMachineError) {
        return false;
      }
    }
    return failure instanceof SQLException || failure instanceof RuntimeException;
  }

  /** Who owns a file, as words for a message; empty when unknown. */
  static String ownerOf(Path path) {
    try {
      return " (owned by " + Files.getOwner(path).getName() + ")";
    } catch (IOException e) {
      return "";
    }
  }

  /** The innermost failure's words on one line: it is the one that names the disk's trouble. */
  static String reason(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null && last.getCause().getMessage() != null) {
      last = last.getCause();
    }
    String message =
        last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    if (last instanceof AccessDeniedException denied) {
      message = "no permission for " + denied.getFile() + ownerOf(Path.of(denied.getFile()));
    } else if (last instanceof FileSystemException e && e.getReason() == null) {
      message = last.getClass().getSimpleName() + " " + message;
    }
    String line = message.replaceAll("\\s+", " ").strip();
    line = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    return line.length() <= 300 ? line : line.substring(0, 297) + "...";
  }

  private static String remedy(Path home, Throwable failure) {
    String reason = text(failure);
    if (reason.contains("No space left") || reason.contains("Disk quota exceeded")) {
      return "Free space on the file system of " + home + "; no restart is needed.";
    }
    if (reason.contains("Read-only file system")) {
      return "Mount it writable, or choose another home directory.";
    }
    if (reason.contains("AccessDenied") || reason.contains("Permission denied")) {
      return "Give it to the user that runs the host, or choose another home directory.";
    }
    if (isDamage(failure)) {
      return "Restart the host: a damaged database is set aside and rebuilt from "
          + home.resolve("recovery")
          + ".";
    }
    return "Check the disk below " + home + " and the kernel's log.";
  }

  private static String text(@Nullable Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      all.append(t).append('\n');
    }
    return all.toString();
  }
}

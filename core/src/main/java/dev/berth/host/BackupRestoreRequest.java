package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.backup.BackupName;
import dev.berth.error.InvalidRequestException;
import java.nio.file.Path;

/**
 * What is to be restored, and where to.
 *
 * @param directory of backups on the host; absolute
 * @param name of the backup there
 * @param target where what it has goes
 */
@Api(since = "0.1")
public record BackupRestoreRequest(Path directory, BackupName name, RestoreTarget target) {

  /**
   * A checked wish; the directory's path is normalized.
   *
   * @throws InvalidRequestException when that is not absolute
   */
  public BackupRestoreRequest {
    if (!directory.isAbsolute()) {
      throw new InvalidRequestException(
          "directory: should be an absolute path, but it is '" + directory + "'.");
    }
    directory = directory.normalize();
  }
}

package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.ImageFormat;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where a backup is restored to. */
@Api(since = "0.1")
public sealed interface RestoreTarget {

  /**
   * New images, which are not there yet.
   *
   * @param files where each disk goes, by its name; absolute. Disks that are not named stay out
   * @param format how all of them are written
   */
  record NewFiles(Map<String, Path> files, ImageFormat format) implements RestoreTarget {
    /**
     * A checked wish; the paths are normalized.
     *
     * @throws InvalidRequestException when there is no disk, or a path is not absolute
     */
    public NewFiles {
      Map<String, Path> checked = new TreeMap<>();
      files.forEach(
          (disk, file) -> {
            if (!file.isAbsolute()) {
              throw new InvalidRequestException(
                  "files: should be absolute paths, but that of '" + disk + "' is '" + file + "'.");
            }
            checked.put(disk, file.normalize());
          });
      if (checked.isEmpty()) {
        throw new InvalidRequestException("files: name at least one disk, and its new image.");
      }
      if (Set.copyOf(checked.values()).size() < checked.size()) {
        throw new InvalidRequestException("files: each disk goes to a file of its own.");
      }
      files = Collections.unmodifiableMap(checked);
    }
  }

  /**
   * The images of a domain that is shut off, in place of what they have: each takes the size that
   * the disk had then, stands on no other, and has the format of the definition.
   *
   * @param domain which
   * @param disks names of those that are restored; empty for all of the definition that the backup
   *     has
   */
  record ImagesOf(DomainRef domain, Set<String> disks) implements RestoreTarget {
    /** Copies the names. */
    public ImagesOf {
      disks = Collections.unmodifiableSet(new TreeSet<>(disks));
    }
  }
}
